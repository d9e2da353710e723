import { LauncherError } from '@shopfleet/database'

/** Runs a script: a problem the person can solve is told in words, without a stack, and ends with exit code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    tellError(error)
    process.exitCode = 1
  }
}

export function tellError(error: unknown): void {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    console.error(`\nPort ${port} was taken by another program while Shopfleet started.`)
    console.error('Try again, or choose other ports for all: npm start -- --port-base 9000')
    return
  }
  const isForPerson = error instanceof LauncherError || (error instanceof Error && error.name === 'ConfigError')
  console.error(isForPerson ? `\n${error.message}` : error)
}
