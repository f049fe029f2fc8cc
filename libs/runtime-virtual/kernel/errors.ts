/** Errors are negative numbers, as a system call returns them. BLOCKED is EAGAIN: nothing was done; the same call is made again after a wake-up. */
export const EPERM = -1;
export const ENOENT = -2;
export const ESRCH = -3;
export const EINTR = -4;
export const EIO = -5;
export const ENXIO = -6;
export const E2BIG = -7;
export const ENOEXEC = -8;
export const EBADF = -9;
export const ECHILD = -10;
export const BLOCKED = -11;
export const ENOMEM = -12;
export const EACCES = -13;
export const EBUSY = -16;
export const EEXIST = -17;
export const EXDEV = -18;
export const ENOTDIR = -20;
export const EISDIR = -21;
export const EINVAL = -22;
export const EMFILE = -24;
export const ENOTTY = -25;
export const EFBIG = -27;
export const ENOSPC = -28;
export const EROFS = -30;
export const EPIPE = -32;
export const ENAMETOOLONG = -36;
export const ENOTEMPTY = -39;
export const ELOOP = -40;
export const EADDRINUSE = -98;
export const EADDRNOTAVAIL = -99;
export const ECONNRESET = -104;
export const ENOTCONN = -107;
export const ETIMEDOUT = -110;
export const ECONNREFUSED = -111;
export const EHOSTUNREACH = -113;

const MESSAGES: Record<number, string> = {
  [EPERM]: 'Operation not permitted',
  [ENOENT]: 'No such file or directory',
  [ESRCH]: 'No such process',
  [EINTR]: 'Interrupted system call',
  [EIO]: 'I/O error',
  [ENXIO]: 'No such device or address',
  [E2BIG]: 'Argument list too long',
  [ENOEXEC]: 'Exec format error',
  [EBADF]: 'Bad file descriptor',
  [ECHILD]: 'No child processes',
  [BLOCKED]: 'Resource temporarily unavailable',
  [ENOMEM]: 'Out of memory',
  [EACCES]: 'Permission denied',
  [EBUSY]: 'Resource busy',
  [EEXIST]: 'File exists',
  [EXDEV]: 'Invalid cross-device link',
  [ENOTDIR]: 'Not a directory',
  [EISDIR]: 'Is a directory',
  [EINVAL]: 'Invalid argument',
  [EMFILE]: 'Too many open files',
  [ENOTTY]: 'Not a tty',
  [EFBIG]: 'File too large',
  [ENOSPC]: 'No space left on device',
  [EROFS]: 'Read-only file system',
  [EPIPE]: 'Broken pipe',
  [ENAMETOOLONG]: 'File name too long',
  [ENOTEMPTY]: 'Directory not empty',
  [ELOOP]: 'Too many levels of symbolic links',
  [EADDRINUSE]: 'Address already in use',
  [EADDRNOTAVAIL]: 'Cannot assign requested address',
  [ECONNRESET]: 'Connection reset by peer',
  [ENOTCONN]: 'Transport endpoint is not connected',
  [ETIMEDOUT]: 'Connection timed out',
  [ECONNREFUSED]: 'Connection refused',
  [EHOSTUNREACH]: 'No route to host',
};

/** The C library's wording (strerror) of a negative errno. */
export function errorMessage(error: number): string {
  return MESSAGES[error] ?? `Unknown error ${-error}`;
}
