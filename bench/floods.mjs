/**
 * What another address does while an honest caller goes on with his work.
 * @property attack       what is sent, by its name among the attacks; without it a request that would be honest
 * @property kind         'requests': the next when the last is answered; 'slow': a byte a second; 'held': all but the
 *                        last byte, and then nothing
 * @property exhausted    whether the address has used up its requests of the minute before
 */
export const floods = [
  { name: 'made-up signatures', attack: 'signature value made up', kind: 'requests', connections: 32 },
  {
    name: 'the same beyond the rate limit',
    attack: 'signature value made up',
    kind: 'requests',
    connections: 32,
    exhausted: true,
  },
  { name: 'hostile XML of 20 MB', attack: 'every bound at once, in 20 MB', kind: 'requests', connections: 8 },
  { name: 'text of 20 MB', attack: '20 MB of text', kind: 'requests', connections: 8 },
  { name: 'slow bodies on 200 connections', kind: 'slow', connections: 200 },
  { name: 'uploads of 20 MB, never finished', kind: 'held', connections: 40 },
]
