import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { EmbeddedPostgresError } from './error.js'

/** The user PostgreSQL runs as, ready to be spread into spawn options; empty for ourselves. */
export type Account = { uid: number; gid: number } | { uid?: undefined; gid?: undefined }

/** Ourselves, but never root, which PostgreSQL refuses: then the cluster's user, or else `postgres` or `nobody`. */
export function accountFor(cluster: string): Account {
  const uid = process.getuid?.()
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (uid !== 0) {
    if (owner === undefined || owner.uid === uid) return {}
    throw new EmbeddedPostgresError(`The database in ${cluster} belongs to user ${owner.uid}, we run as ${uid ?? '?'}.`)
  }
  return owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedAccount()
}

/** Whether that user may search and read all these paths, judged by the system and not by reading modes. */
export function canRead(paths: string[], account: Account): boolean {
  if (account.uid === undefined) return true
  const script = 'for path; do test -r "$path" && { ! test -d "$path" || test -x "$path"; } || exit 1; done'
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...paths], { ...account, cwd: '/' }).status === 0
}

function unprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    // macOS writes nobody as -2, which spawn does not accept
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it.',
  )
}
