import type { Check, Plan } from '../../actions/plan.ts'
import { sanitise } from '../../util/sanitise.ts'

/** A plan as lines: what it is, what is sent, what comes of it, how it is taken back, and what was found. */
export function planText(plan: Plan): string {
  const { title, severity, command, requests, changes, restarts, undo, checks } = plan
  const lines = [
    `${title} (${severity})`,
    ...part('docker', [command]),
    ...requests.flatMap(({ method, path, query, body }) => {
      const words = Object.entries(query).map(([name, value]) => `${name}=${value}`)
      const address = `${path}${words.length === 0 ? '' : `?${words.join('&')}`}`
      return part('request', [`${method} ${address}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`])
    }),
    ...part('changes', changes),
    ...part('restarts', restarts.length === 0 ? ['Nothing restarts.'] : restarts),
    ...part('undo', [undo.text]),
    ...part('checks', checks.length === 0 ? ['Nothing was found.'] : checks.map(checkText)),
  ]
  return lines.map(line => `${sanitise(line)}\n`).join('')
}

export function checkText({ level, field, text }: Check): string {
  return `${level}${field === undefined ? '' : ` in ${field}`}: ${text}`
}

function part(name: string, texts: readonly string[]): string[] {
  return texts.map((text, index) => `  ${(index === 0 ? name : '').padEnd(9)} ${text}`)
}
