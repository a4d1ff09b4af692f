import { connect } from 'node:net'

const LIMIT_MS = 10_000

/**
 * Says the bytes to a server and hears its first answer.
 * @param patienceMs  how long a caller who may not have said all waits for an answer before it says that no more will
 *   come; null when the bytes are certainly a whole request
 * @returns { status, headers, body }, or null when the server closes without one; `isStuck` when it does neither
 */
export function talk(port, bytes, patienceMs = null) {
  return new Promise((resolve) => {
    const heard = []
    const socket = connect(port, '127.0.0.1')
    const end = (answer) => {
      clearTimeout(limit)
      clearTimeout(patience)
      socket.destroy()
      resolve(answer)
    }
    const limit = setTimeout(() => end({ isStuck: true }), LIMIT_MS)
    const patience = patienceMs === null ? undefined : setTimeout(() => socket.end(), patienceMs)
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (piece) => {
      heard.push(piece)
      const answer = parseAnswer(Buffer.concat(heard))
      if (answer?.isComplete) end(answer)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => end(parseAnswer(Buffer.concat(heard))))
  })
}

/** The first final answer in what was heard; null when there is none. */
function parseAnswer(heard) {
  const headEnd = heard.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const [first, ...lines] = heard.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1])
  const rest = heard.subarray(headEnd + 4)
  if (status === 100) return parseAnswer(rest)
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const length = headers['content-length']
  const isComplete = length !== undefined && rest.length >= Number(length)
  return { status, headers, body: isComplete ? rest.subarray(0, Number(length)) : rest, isComplete }
}
