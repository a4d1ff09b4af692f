import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { GatewayError } from '../errors.js'

/** The target is none that a return channel may be at; what it is instead is not told to anybody. */
export class TargetForbidden extends GatewayError<'TARGET_FORBIDDEN'> {
  /** plain-http: with TLS it may be called; null for all else */
  readonly reason: 'plain-http' | null
  constructor(message: string, reason: TargetForbidden['reason'] = null) {
    super('TARGET_FORBIDDEN', message)
    this.reason = reason
  }
}

export interface GuardOptions {
  /** addresses and ranges of ours that return channels may be in all the same */
  readonly allowed: readonly string[]
  /** where this one has to be, public or not; anywhere when undefined */
  readonly only?: readonly string[] | undefined
  /** nothing outside `allowed` is called: what the call carries must not go over the open network as it is */
  readonly isPlain?: boolean
  /** asks for names; the system's resolver when missing */
  readonly lookup?: ResolveAll
}

/** As dns.lookup with all: true. */
export type ResolveAll = (
  hostname: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Keeps calls to addresses that authorities choose out of our own networks. The address of a service is checked before
 * it is called; what its name means is checked by `lookup`, with which the connection itself is made: nobody asks a
 * second time in between. One forbidden address among several forbids all of them.
 */
export interface Guard {
  /** @throws TargetForbidden */
  check(url: string): URL
  /** Resolves a name for a connection, or fails with TargetForbidden. */
  readonly lookup: LookupFunction
}

export function createGuard({ allowed, only, isPlain = false, lookup = systemLookup }: GuardOptions): Guard {
  const [ours, theirs] = [listOf(allowed), only === undefined ? null : listOf(only)]
  const mayCall = (address: string): boolean => {
    if (isIn(neverCalled, address) || (theirs !== null && !isIn(theirs, address))) return false
    return isPublic(address) || isIn(ours, address)
  }
  const isTooOpen = (address: string): boolean => isPlain && !isIn(ours, address)
  return {
    check: (written) => {
      const url = URL.canParse(written) ? new URL(written) : null
      if (url === null || !/^https?:$/.test(url.protocol)) throw forbidden('The address is none of http or https')
      if (url.username !== '' || url.password !== '') throw forbidden('The address holds credentials')
      if (!isWebPort(url.port)) throw forbidden('The address names a port of another service')
      // A parsed URL has IPv4 in its one dotted form, whatever was written; names are judged when they are resolved.
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
      if (isIP(host) > 0 && !mayCall(host)) throw forbidden('The address is in a network that is not called')
      if (isIP(host) > 0 && isTooOpen(host)) throw plain()
      return url
    },
    lookup: (hostname, options, callback) => {
      lookup(hostname, { all: true, family: options.family }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        const [first] = addresses
        if (first === undefined || !addresses.every(({ address }) => mayCall(address)))
          return callback(forbidden('The name leads to a network that is not called'), '', 0)
        if (addresses.some(({ address }) => isTooOpen(address))) return callback(plain(), '', 0)
        if (options.all === true) return callback(null, addresses)
        return callback(null, first.address, first.family)
      })
    },
  }
}

const forbidden = (what: string): TargetForbidden => new TargetForbidden(what)
const plain = (): TargetForbidden => new TargetForbidden('The address is public and without TLS', 'plain-http')

/** The ports below 1024 belong to mail, remote shells and the like, but for the two of the web. */
const isWebPort = (port: string): boolean => port === '' || port === '80' || port === '443' || Number(port) >= 1024

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Where clouds keep what a machine may know of itself, keys among it: never, not even in an allowed network. */
const neverCalled = listOf([
  ...['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ...['fd00:ec2::254', 'fd20:ce::254'],
])

/**
 * What is not for everybody, by IANA's registries of special-purpose addresses: this network, private, shared by
 * carriers, loopback, link-local, documentation, relays, benchmarks, multicast, reserved.
 */
const special4 = listOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
])
/** Global unicast; forms that hold an IPv4 address (mapped, NAT64, compatible) and all local ones lie outside it. */
const global6 = listOf(['2000::/3'])
/** Parts of it for protocols and documentation, and those in which IPv4 addresses travel: Teredo, 6to4. */
const special6 = listOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

const isPublic = (address: string): boolean =>
  isIP(address) === 6 ? isIn(global6, address) && !isIn(special6, address) : !isIn(special4, address)
