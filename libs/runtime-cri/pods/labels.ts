/** What is written on sandboxes and containers, to find them again and to know what CRI does not give back. Not shown by the port's lists. */
const OURS = 'cri.podbox.dev/';

/** Label of sandboxes and containers: lists are filtered by it. */
export const POD_UID = `${OURS}pod-uid`;
/** Annotation of sandboxes: their CRI configuration as JSON, which CRI wants again for each of their containers. */
export const CONFIG = `${OURS}config`;
/** Annotations of containers. The image as asked for: CRI gives the first of the image's names. */
export const IMAGE = `${OURS}image`;
export const LOG_PATH = `${OURS}log-path`;
export const STOP_SIGNAL = `${OURS}stop-signal`;
export const TTY = `${OURS}tty`;

export const withoutOurs = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith(OURS)));

export const byPod = (podUid: string | undefined): { labelSelector: Record<string, string> } => ({ labelSelector: podUid === undefined ? {} : { [POD_UID]: podUid } });

/** CRI's nanoseconds as milliseconds. */
export const millis = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);

/** Newest first; of one moment, the later attempt first. */
export const newestFirst = (a: { createdAt: number; metadata: { attempt: number } }, b: { createdAt: number; metadata: { attempt: number } }): number =>
  b.createdAt - a.createdAt || b.metadata.attempt - a.metadata.attempt;
