import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for temporary files, which other users may enter: as root, the embedded Postgres runs as one. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `podbox-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}
