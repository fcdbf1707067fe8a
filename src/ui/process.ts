/** What this process is asked from outside, as far as a screen has to answer. */
export type ProcessEvents = {
  readonly end: (exitCode: number, error?: unknown) => void
  readonly suspend: () => void
  readonly redraw: () => void
}

export type ProcessWatch = {
  /** Stops the whole job, as the shell's Ctrl-Z does; resolves when it goes on. */
  readonly stopProcess: () => Promise<void>
  /** Resolves when there is no terminal any more. */
  readonly terminalGone: Promise<void>
  /** Gives every signal back. */
  readonly stop: () => void
}

/** 128 and the number of the signal, as a shell tells it. */
const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const INTERNAL_ERROR = 1

/** A process that nobody can continue is not stopped by SIGTSTP: then the screen comes back after this. */
const NOT_STOPPED_MS = 200

/** Answers signals, errors that nobody caught, and the end of the terminal. */
export function watchProcess({ end, suspend, redraw }: ProcessEvents): ProcessWatch {
  const { stdin, stdout } = process
  const gone = Promise.withResolvers<void>()
  let isStopped = false
  const removers: (() => void)[] = []

  const onSignal = (signal: NodeJS.Signals, listener: () => void): void => {
    process.on(signal, listener)
    removers.push(() => process.off(signal, listener))
  }
  for (const [signal, exitCode] of Object.entries(endings)) {
    onSignal(signal as NodeJS.Signals, () => {
      if (signal === 'SIGHUP') gone.resolve()
      end(exitCode)
    })
  }
  onSignal('SIGTSTP', suspend)
  // Continued without having been asked to stop (SIGSTOP): the terminal may have been used by others meanwhile.
  onSignal('SIGCONT', () => {
    if (isStopped) return
    askSize()
    redraw()
  })

  const onGone = (): void => {
    gone.resolve()
    end(endings.SIGHUP)
  }
  const onError = (error: unknown): void => {
    const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException
    // Writing to or reading from a terminal that is gone, when somebody else's listener threw it on.
    if ((syscall === 'write' || syscall === 'read') && (code === 'EIO' || code === 'EPIPE')) onGone()
    else end(INTERNAL_ERROR, error)
  }
  process.on('uncaughtException', onError)
  process.on('unhandledRejection', onError)
  stdout.on('error', onGone)
  stdin.on('error', onGone)
  stdin.on('end', onGone)
  removers.push(() => {
    process.off('uncaughtException', onError)
    process.off('unhandledRejection', onError)
    stdin.off('error', onGone)
    stdin.off('end', onGone)
    // The listener of stdout stays: what is written to a closed terminal while leaving is no error of the program.
  })

  return {
    async stopProcess() {
      isStopped = true
      process.off('SIGTSTP', suspend)
      const continued = Promise.withResolvers<void>()
      process.once('SIGCONT', continued.resolve)
      process.kill(0, 'SIGTSTP')
      const timer = setTimeout(continued.resolve, NOT_STOPPED_MS)
      await continued.promise
      clearTimeout(timer)
      process.off('SIGCONT', continued.resolve)
      process.on('SIGTSTP', suspend)
      isStopped = false
      askSize()
    },
    terminalGone: gone.promise,
    stop: () => {
      for (const remove of removers) remove()
    },
  }
}

/** The kernel tells a new size to the job in front only, and Node asks for it only when it is told. */
function askSize(): void {
  process.kill(process.pid, 'SIGWINCH')
}
