import { statfsSync } from 'node:fs'
import { PORT } from './socket-folder.js'

const DEFAULTS: Record<string, string> = {
  cluster_name: 'asiointitili-gateway',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Identity codes must not reach the log: no statements, no parameters, and no DETAIL lines, which print key values.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  logging_collector: 'off',
}

/** Command-line arguments of the server. The caller's settings win over ours, but never open a port. */
export function settingArguments(socketFolder: string, settings: Record<string, string>): string[] {
  const all = {
    ...DEFAULTS,
    ...platformSettings(),
    ...settings,
    listen_addresses: '',
    unix_socket_directories: `"${socketFolder}"`, // quoted, because commas separate folders
    unix_socket_permissions: '0700',
    port: String(PORT),
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** What this machine asks for. */
export function platformSettings(): Record<string, string> {
  // On macOS an ordinary fsync leaves the data in the cache of the disk.
  if (process.platform === 'darwin') return { wal_sync_method: 'fsync_writethrough' }
  return process.platform === 'linux' ? sharedMemorySettings('/dev/shm') : {}
}

/** Containers often have little or no shared memory: 1 MiB stops the start, 4 MiB parallel queries; 64 MiB suffice. */
export function sharedMemorySettings(folder: string): Record<string, string> {
  const enoughBytes = 48 * 1024 * 1024
  try {
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize >= enoughBytes) return {}
  } catch {
    // not mounted at all
  }
  return { dynamic_shared_memory_type: 'mmap' }
}
