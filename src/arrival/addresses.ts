import { isIP } from 'node:net'

/** An IPv4 address in the clothes of IPv6, as a socket that listens to both gives it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

/**
 * What counts as one caller: an IPv4 address, or the /64 network of an IPv6 address, all of which one customer of a
 * network operator has. What is no address at all, as a careless proxy may write it, counts as one caller together.
 */
export function callerOf(address: string | undefined): string {
  const plain = plainAddress(address ?? '')
  if (isIP(plain) !== 6) return isIP(plain) === 4 ? plain : 'unknown'
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

/** Without the zone of a network card, and IPv4 as IPv4. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '')
  return MAPPED.exec(bare)?.[1] ?? bare
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes every form of an address in one way, an IPv4 tail in hexadecimal too.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}
