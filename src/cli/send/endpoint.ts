import { InvalidArgumentError } from 'commander'
import type { Config } from '../../config/index.js'
import { originOf, SIGNED_PATH } from '../../endpoint.js'
import { UsageError } from '../errors.js'

/** Takes the address of the endpoint, of its WSDL, or of the gateway alone. */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError(`Give an address like http://127.0.0.1:8080${SIGNED_PATH}.`)
  }
  if (url.pathname === '/') url.pathname = SIGNED_PATH
  url.search = ''
  url.hash = ''
  return url.href
}

/** The gateway that runs here with the same settings. */
export function ownEndpoint({ host, port, tlsKeyFile }: Config): string {
  if (port === 0) throw new UsageError('PORT is 0, so the gateway chose its port itself. Say where it is with --url.')
  return `${originOf(host, port, tlsKeyFile === undefined ? 'http' : 'https')}${SIGNED_PATH}`
}

/** A request to this computer has no business with a proxy. */
export const isLoopback = (url: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
