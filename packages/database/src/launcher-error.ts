import { errorCode } from './errors.ts'

/** The database could not be started. `message` says what is wrong, `hint` what to do; both are for the person. */
export class LauncherError extends Error {
  readonly hint: string

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(`${message}\n${hint}`, options)
    this.name = 'LauncherError'
    this.hint = hint
  }
}

/** Explains an error of the file system about `path`; any other error is returned as it is. */
export function explainFileError(error: unknown, path: string): unknown {
  const otherFolder =
    'Choose a folder on another disk with --data-dir <folder>, or an existing server with DATABASE_URL.'
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LauncherError(
        `The disk is full: ${path}`,
        `Free some space (300 MB are needed at least). ${otherFolder}`,
        {
          cause: error,
        },
      )
    case 'EROFS':
      return new LauncherError(`The file system is read-only: ${path}`, otherFolder, { cause: error })
    case 'EACCES':
    case 'EPERM':
      return new LauncherError(
        `No permission to write: ${path}`,
        `Make the folder writable for this user. ${otherFolder}`,
        { cause: error },
      )
    case 'ENOENT':
      // What Node reports when a folder cannot be made on a read-only file system.
      return new LauncherError(`The folder cannot be made: ${path}`, `Is its file system read-only? ${otherFolder}`, {
        cause: error,
      })
    case 'ENOTDIR':
    case 'EEXIST':
      return new LauncherError(`Not a folder: ${path}`, otherFolder, { cause: error })
    default:
      return error
  }
}
