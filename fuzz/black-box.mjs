import { openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The inputs in hand, in files, so that they are there when the process that ran them hangs or is gone. One file a
 * lane: 1 when busy, since when, length of the note, note (JSON), bytes.
 */
const HEAD_BYTES = 24
const fileOf = (folder, lane) => join(folder, `in-hand-${lane}`)

export function openBlackBox(folder, lanes) {
  const files = Array.from({ length: lanes }, (_, lane) => openSync(fileOf(folder, lane), 'w+'))
  const idle = Buffer.alloc(8)
  return {
    enter(lane, { bytes, note }) {
      const text = Buffer.from(JSON.stringify(note))
      const head = Buffer.alloc(HEAD_BYTES)
      head.writeDoubleLE(Date.now(), 0)
      head.writeUInt32LE(text.length, 8)
      head.writeUInt32LE(bytes.length, 12)
      writeSync(files[lane], Buffer.concat([head, text, bytes]), 0, undefined, 0)
    },
    leave: (lane) => writeSync(files[lane], idle, 0, undefined, 0),
  }
}

/** What is in hand: [{ since, note, bytes }]. */
export function readBlackBox(folder, lanes) {
  return Array.from({ length: lanes }, (_, lane) => readLane(fileOf(folder, lane))).filter((lane) => lane !== null)
}

function readLane(file) {
  const all = readFileSync(file, { flag: 'a+' })
  if (all.length < HEAD_BYTES || all.readDoubleLE(0) === 0) return null
  const notes = all.readUInt32LE(8)
  const end = HEAD_BYTES + notes
  try {
    const note = JSON.parse(all.toString('utf8', HEAD_BYTES, end))
    return { since: all.readDoubleLE(0), note, bytes: all.subarray(end, end + all.readUInt32LE(12)) }
  } catch {
    return null // read while it was written
  }
}
