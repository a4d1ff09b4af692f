import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onEnd } from './tidy.mjs'

/** Directions of a frame, as the gateway sees them. */
export const TO = 'to the database'
export const FROM = 'from the database'

/**
 * A network between gateways and their database that can fail: TCP in, a Unix socket out. What passes in one piece is a
 * frame; node-postgres sends a statement as one, and PostgreSQL its answer.
 * @param target  for node:net's connect
 */
export async function startProxy(target) {
  const pairs = new Set()
  const faults = { refuse: false, hole: false, latencyMs: 0, watch: null }

  const server = createServer((gateway) => {
    if (faults.refuse) return void gateway.resetAndDestroy()
    const database = connect(target)
    const pair = { gateway, database, deaf: false, last: '' }
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      gateway.destroy()
      database.destroy()
    }
    for (const [socket, other, direction] of [
      [gateway, database, TO],
      [database, gateway, FROM],
    ]) {
      const pass = inOrder(other)
      socket.setNoDelay?.(true)
      socket.on('error', end).on('close', end)
      socket.on('data', (bytes) => {
        if (direction === TO) pair.last = bytes
        if (faults.hole || pair.deaf) return
        const verdict = faults.watch?.({ direction, bytes, asked: pair.last }) ?? 'pass'
        if (verdict === 'pass') pass(bytes, faults.latencyMs)
        if (verdict === 'lose') pair.deaf = true
        if (verdict === 'reset') reset(pair)
      })
    }
  })
  const reset = (pair) => {
    pairs.delete(pair)
    pair.gateway.resetAndDestroy()
    pair.database.destroy()
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => [...pairs].forEach(reset)
  const heal = () => Object.assign(faults, { refuse: false, hole: false, latencyMs: 0, watch: null })
  const close = onEnd(() => {
    faults.refuse = true
    cut()
    server.close()
  })
  return { port: server.address().port, faults, cut, heal, close }
}

/** What is delayed is not overtaken by what comes after the delay has ended. */
function inOrder(socket) {
  let waiting = null
  const write = (bytes) => void (socket.destroyed || socket.write(bytes))
  return (bytes, latencyMs) => {
    if (latencyMs === 0 && waiting === null) return write(bytes)
    const mine = Promise.all([waiting, sleep(latencyMs)]).then(() => {
      write(bytes)
      if (waiting === mine) waiting = null
    })
    waiting = mine
  }
}
