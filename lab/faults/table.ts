/** The catalogue and its proofs as Markdown: docs/faults.md. */
import { placeName } from '../scenarios/place.ts'
import type { Proof } from './driver.ts'
import type { Fault } from './fault.ts'

export type Row = { readonly fault: Fault; readonly proof?: Proof; readonly failure?: string }

/** @param made Docker, iptables and the date of the run */
export function table(rows: readonly Row[], made: string): string {
  const proved = rows.filter(({ proof }) => proof)
  return `# Faults, as observed

Each was made in the guest's swarm of three nodes (${made}). The scenario answered before; the fault was made; every
probe was asked until it did what is told here, six calls at once; the fault was undone; every probe answered again. Written by
\`npm run test:swarm -- --faults\` from the catalogue in \`lab/faults\`: ${proved.length} of ${rows.length} proved.

| fault | what is wrong | the packet stops at | proof | heals |
| --- | --- | --- | --- | --- |
${rows.map(row).join('\n')}
`
}

function row({ fault, proof, failure }: Row): string {
  const { name, code, about, hop } = fault
  const where = [placeName(hop.at), hop.chain, hop.what].filter(Boolean).join(', ')
  const seen = proof
    ? proof.broken.map(({ probe, fails, saw }) => `${probe}: fails ${fails} (${saw})`).join('<br>')
    : `not proved: ${failure}`
  const heals = proof ? `after ${proof.seconds.untilHealed} s` : 'no'
  const cells = [`\`${name}\` (${code})`, about, where, seen, heals]
  return `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
}
