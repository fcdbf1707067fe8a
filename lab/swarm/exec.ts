/** Programs that the swarm's driver runs in the guest. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** Runs a program to its end; its exit status is the caller's to judge (127: it could not be started). */
export function runProgram(command: readonly string[], input = ''): Promise<Ended> {
  const [program = '', ...args] = command
  return new Promise(done => {
    const child = spawn(program, args, { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', error => done({ status: 127, stdout, stderr: error.message }))
    child.on('close', (code, signal) =>
      done({ status: code ?? 128, stdout, stderr: stderr || (signal ?? '') }),
    )
    // A program that does not read what it is given closes the pipe; its status says more.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** @returns standard output. @throws Error with the command and its standard error when the status is not 0 */
export async function output(command: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await runProgram(command, input)
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${(stderr || stdout).trim()}`)
  return stdout
}

/** How many times as long things may take here: a guest in qemu is slow. */
const patience = Number(process.env['CNMTOP_GUEST_PATIENCE'] ?? 1)

/**
 * Asks again until the answer is undefined.
 *
 * @param missing what is still to come, in words, or undefined when it is there
 * @throws Error with the last answer when the time is up
 */
export async function waitFor(
  missing: () => Promise<string | undefined> | string | undefined,
  { seconds = 120, everyMs = 100 } = {},
): Promise<void> {
  const limit = seconds * patience
  const deadline = Date.now() + limit * 1_000
  for (;;) {
    const last = await missing()
    if (last === undefined) return
    if (Date.now() > deadline) throw new Error(`after ${limit} s: ${last}`)
    await sleep(everyMs)
  }
}
