import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

/**
 * What of some files has run, from V8's own block coverage: nothing is compiled anew, and no package is needed.
 * To be started before the files are loaded.
 * @param rooms  names of folders in `base`
 */
export function startCoverage(base, rooms) {
  const session = new Session()
  session.connect()
  const post = (method, params) => {
    let answer
    session.post(method, params, (error, result) => {
      if (error) throw new Error(error.message)
      answer = result
    })
    return answer
  }
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const isOurs = (url) => rooms.some((room) => url.startsWith(`${base}/${room}/`))
  /** one byte for each character of a file: whether it ever ran */
  const ran = new Map()
  let covered = 0

  /** Characters of a file that ran now and never before. */
  const freshIn = ({ url, functions }) => {
    if (!ran.has(url)) ran.set(url, new Uint8Array(readFileSync(fileURLToPath(url), 'utf8').length))
    const before = ran.get(url)
    const now = new Uint8Array(before.length)
    // A function stands behind the one that it is in, a block behind the block around it: the last word counts.
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset)
    const fresh = []
    for (let i = 0; i < now.length; i++) if (now[i] > before[i]) fresh.push(i)
    return { before, fresh }
  }

  return {
    /** How many characters ran since the last look and had not run before the last commit. */
    look() {
      const scripts = post('Profiler.takePreciseCoverage').result.filter(({ url }) => isOurs(url))
      const found = scripts.map(freshIn).filter(({ fresh }) => fresh.length > 0)
      const commit = () => {
        for (const { before, fresh } of found) {
          for (const i of fresh) {
            covered += 1 - before[i]
            before[i] = 1
          }
        }
      }
      return { fresh: found.reduce((sum, { fresh }) => sum + fresh.length, 0), commit }
    },
    get percent() {
      let all = 0
      for (const file of ran.values()) all += file.length
      return all === 0 ? 0 : (covered / all) * 100
    },
    stop: () => session.disconnect(),
  }
}
