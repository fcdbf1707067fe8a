import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openTerminal } from '../../scripts/terminal.ts'
import { snapshotText } from '../../src/snapshot/file.ts'
import { needs } from '../support/needs.ts'
import { cnmtop, program } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-config-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A file of its own, in the place where it is looked for. */
function configured(text: string, ...more: string[]): string[] {
  const home = mkdtempSync(join(directory, 'xdg-'))
  mkdirSync(join(home, 'cnmtop'))
  writeFileSync(join(home, 'cnmtop', 'config.toml'), text)
  return ['env', `XDG_CONFIG_HOME=${home}`, ...more]
}

describe('settings', () => {
  it('are taken from flags, then the environment, then the file', () => {
    const file = 'timeout = 5\nnetns-dir = ["/from/file"]\nview = "networks"\n'
    const printed = (words: string[], ...more: string[]): string =>
      cnmtop(['print-config', ...words], configured(file, ...more)).stdout
    expect(printed([])).toMatch(
      /^timeout = 5 {2}# by a file\nnetns-dir = \["\/from\/file"\] {2}# by a file$/m,
    )
    expect(printed([], 'CNMTOP_TIMEOUT=6')).toMatch(/^timeout = 6 {2}# by the environment$/m)
    expect(printed(['--timeout', '7'], 'CNMTOP_TIMEOUT=6')).toMatch(/^timeout = 7 {2}# by a flag$/m)
    expect(printed(['--view', 'services'])).toMatch(/^view = "services" {2}# by a flag$/m)
  })

  it('hold for the commands that know them', () => {
    const through = configured('netns-dir = ["/nonexistent/netns"]\n')
    expect(cnmtop(['ls', 'links'], through)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('cannot read /nonexistent/netns'),
    })
    expect(cnmtop(['demo', '--list'], through).code).toBe(0)
  })

  it.each([
    ['timeout = ', 1, 'invalid value'],
    ['\n\ntimeout = "soon"\n', 3, 'timeout must be a number of seconds above 0, 86400 at most'],
    ['timeout = 1e9\n', 1, 'timeout must be a number of seconds above 0, 86400 at most'],
    ['\nview = "nonsense"\n', 2, 'view must be one of overview, networks, sandboxes, '],
    ['# mine\nnonsense = 1\n', 2, "there is no setting 'nonsense'; known: timeout, "],
    ['[keys]\nrefresh = ["r"]\n', 2, 'keys.refresh is a table: [keys.refresh]'],
    ['[keys.global]\nrefresh = "r"\n', 2, 'refresh must be a list of keys: ["r", "ctrl-r"]'],
  ])('%j is told with its line', (text, line, sentence) => {
    for (const words of [['print-keys'], ['print-config'], ['ls', 'links'], ['demo']]) {
      const { code, stderr } = cnmtop(words, configured(text))
      expect(stderr).toMatch(new RegExp(`config\\.toml:${line}: `))
      expect(stderr).toContain(sentence)
      expect(code).toBe(2)
    }
  })

  it.each([
    ['[keys.global]\nhelp = ["h"]\nrefresh = ["q"]\n', 3, 'q is bound twice in global: refresh and quit'],
    ['[keys.global]\nquit = ["1"]\n', 2, '1 is view-overview in views, so it never reaches quit in global'],
    ['[keys.pane]\nsort = ["j"]\n', 2, 'j is sort in pane, so it never reaches down in move'],
    ['[keys.plan]\n"plan-copy" = ["k"]\n', 2, 'k is plan-copy in plan, so it never reaches up in move'],
    ['[keys.global]\n"refresh" = ["hyper-x"]\n', 2, "there is no key 'hyper-x'"],
    ['\n[keys.pane]\n  nonsense = ["x"]\n', 3, "there is no command 'nonsense' in pane; known: open, "],
    ['[keys.nowhere]\nhelp = ["h"]\n', 1, "there is no context 'nowhere'; known: "],
  ])('keys that do not fit are told with their line: %j', (text, line, sentence) => {
    const { code, stderr } = cnmtop(['print-keys'], configured(text))
    expect(stderr).toMatch(new RegExp(`config\\.toml:${line}: `))
    expect(stderr).toContain(sentence)
    expect(code).toBe(2)
  })

  it('a key may mean another thing in what lies over the lists', () => {
    const text = '[keys.overlay]\ncopy = ["r"]\n[keys.global]\nquit = ["Q"]\n'
    expect(cnmtop(['print-keys'], configured(text))).toMatchObject({ code: 0, stderr: '' })
  })

  it('wants the file that was named', () => {
    const { code, stderr } = cnmtop(['print-config'], ['env', 'CNMTOP_CONFIG=/nonexistent.toml'])
    expect(stderr).toContain('cannot read the configuration /nonexistent.toml: no such file or directory')
    expect(code).toBe(2)
  })

  it('prints keys that it takes again', () => {
    const { stdout } = cnmtop(['print-keys'])
    expect(cnmtop(['print-keys'], configured(stdout)).stdout).toBe(stdout)
    const changed = stdout.replace('refresh = ["r"]', 'refresh = ["R"]')
    expect(cnmtop(['print-keys'], configured(changed)).stdout).toBe(changed)
  })

  it('gives the screen its keys', async () => {
    const file = join(directory, 'node1.json')
    writeFileSync(file, snapshotText(captureSnapshot('docker-26.1-nft', 'node1')))
    const [, ...environment] = configured('[keys.global]\nhelp = ["h"]\n')
    const terminal = openTerminal(['env', ...environment, process.execPath, program, 'open', file], {
      cols: 120,
      rows: 40,
    })
    try {
      const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
      await terminal.until(shows('appnet'))
      terminal.type('h')
      await terminal.until(shows('Keys'))
      expect(terminal.text().join('\n')).toContain('Views')
    } finally {
      await terminal.close()
    }
  })
})

describe('completions', () => {
  const script = (shell: string): string => {
    const file = join(directory, `cnmtop.${shell}`)
    writeFileSync(file, cnmtop(['completion', shell]).stdout)
    return file
  }

  it('complete in bash', needs('program:bash'), () => {
    const complete = (...words: string[]): string[] => {
      const line = `source ${script('bash')}; COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _cnmtop; printf '%s\\n' "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['--norc', '-c', line], { encoding: 'utf8' }).trim().split('\n')
    }
    expect(complete('cnmtop', 'd')).toEqual(['demo', 'diff'])
    expect(complete('cnmtop', 'export', '--format', '')).toEqual(['dot', 'mermaid', 'svg', 'md'])
    expect(complete('cnmtop', 'ls', 'lin')).toEqual(['links'])
    expect(complete('cnmtop', '--view', 'e')).toEqual(['endpoints', 'events'])
    expect(complete('cnmtop', 'demo', 'dr')).toEqual(['draining'])
    expect(complete('cnmtop', 'snapshot', '--red')).toEqual(['--redact', '--redact-key'])
    expect(complete('cnmtop', 'completion', 'z')).toEqual(['zsh'])
    expect(complete('cnmtop', 'open', join(directory, 'cnmtop.b'))).toEqual([join(directory, 'cnmtop.bash')])
  })

  it('complete in fish', needs('program:fish'), () => {
    const complete = (line: string): string[] =>
      execFileSync('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C '${line}'`], {
        encoding: 'utf8',
      })
        .trim()
        .split('\n')
        .map(row => row.split('\t')[0]!)
    expect(complete('cnmtop d')).toEqual(['demo', 'diff'])
    expect(complete('cnmtop export --format ').toSorted()).toEqual(['dot', 'md', 'mermaid', 'svg'])
    expect(complete('cnmtop ls lin')).toEqual(['links'])
    expect(complete('cnmtop --view e')).toEqual(['endpoints', 'events'])
    expect(complete('cnmtop demo dr')).toEqual(['draining'])
    expect(complete('cnmtop snapshot --red')).toEqual(['--redact', '--redact-key'])
  })

  it('are read by zsh', needs('program:zsh'), () => {
    const line = `autoload -U compinit && compinit -u -d ${join(directory, 'dump')} && source ${script('zsh')} && print $_comps[cnmtop]`
    expect(execFileSync('zsh', ['-f', '-c', line], { encoding: 'utf8' })).toBe('_cnmtop\n')
    const text = readFileSync(script('zsh'), 'utf8')
    expect(text).toMatch(/'\*--view\[begin with this view\]:value:\(overview networks .*\)'/)
    expect(text).toMatch(/^    demo\) .*'1:word:\(swarm draining .*\)'/m)
  })

  it('want a shell that is known', () => {
    expect(cnmtop(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are bash, zsh, fish'),
    })
  })
})

describe('cnmtop man', () => {
  it('prints the manual', () => {
    const { code, stdout } = cnmtop(['man'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\.Dd .*\n\.Dt CNMTOP 1\n/)
    for (const command of ['snapshot', 'open', 'demo', 'diff', 'export'])
      expect(stdout).toContain(`.Cm ${command}\n`)
  })
})
