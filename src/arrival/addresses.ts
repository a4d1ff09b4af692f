import { isIP, isIPv6 } from 'node:net'

/** An IPv4 address, or anything in brackets, with the port that some proxies append; without brackets IPv6 has none. */
const WITH_PORT = /^(?:(\d[\d.]*):\d{1,5}|\[([^\]]*)\](?::\d{1,5})?)$/

/**
 * An IP address as everything here compares it: without port, brackets and the zone of a network card, and IPv4 in
 * IPv6 clothes, as a socket that listens to both shows it, as IPv4. Null for what is no address, as a careless proxy
 * may write it.
 */
export function addressOf(text: string): string | null {
  const [, withPort, bracketed] = WITH_PORT.exec(text) ?? []
  const bare = (withPort ?? bracketed ?? text).replace(/%.*$/, '')
  if (!isIPv6(bare)) return isIP(bare) === 4 ? bare : null
  const groups = groupsOf(bare)
  return groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff' ? dotted(groups.slice(6)) : bare
}

/**
 * What counts as one caller: an IPv4 address, or the /64 network of an IPv6 address, all of which one customer of a
 * network operator has. What is no address at all counts as one caller together.
 */
export function callerOf(address: string | undefined): string {
  const plain = addressOf(address ?? '')
  if (plain === null) return 'unknown'
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain
}

const dotted = (groups: readonly string[]): string =>
  groups
    .map((group) => parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes every form of an address in one way, an IPv4 tail in hexadecimal too.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}
