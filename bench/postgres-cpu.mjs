import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Linux counts a process's CPU time in hundredths of a second. */
const TICK_MS = 10

/** CPU time of the gateway's PostgreSQL so far, all its processes, living and ended; null where /proc does not tell. */
export function postgresCpuMs(dataDir) {
  try {
    const postmaster = Number(
      readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(readStat)
    const own = processes.find(({ pid }) => pid === postmaster)
    const children = processes.filter(({ parent }) => parent === postmaster)
    return TICK_MS * children.reduce((sum, { ticks }) => sum + ticks, own.ticks + own.endedTicks)
  } catch {
    return null
  }
}

function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [, parent] = fields
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15)
    return [{ pid: Number(pid), parent, ticks: user + system, endedTicks: endedUser + endedSystem }]
  } catch {
    return [] // ended meanwhile
  }
}
