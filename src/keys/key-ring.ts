import { createHash } from 'node:crypto'
import type { Log, LogFields } from '../log.js'
import type { Signer } from '../trust/index.js'
import type { KeyError } from './errors.js'
import { keyPairOf, readKeyFiles, type KeyFiles, type KeyPair, type KeySource } from './key-pair.js'
import { signerOf } from './signer.js'
import { secureContextOf, type SecureContextOptions, type TlsVersion } from './tls.js'

export interface KeyRingSources {
  readonly signing: KeySource
  /** signs for the services that have changed to it already; null when no change is under way */
  readonly nextSigning: KeySource | null
  /** null: plain HTTP */
  readonly tls: KeySource | null
  /** shown to return channels that ask who is calling; none when missing */
  readonly client?: KeySource | null
}

/** The keys that the gateway uses now. Each is exchanged as a whole: a key never meets another one's certificate. */
export interface KeyRing {
  /** The key that signs an answer; without a next one the current one is it, because what was next has become current. */
  readonly signer: (which: 'current' | 'next') => Signer
  /** null: plain HTTP */
  secureContext(): SecureContextOptions | null
  /** null: no certificate is shown to servers that we call */
  clientIdentity(): SecureContextOptions | null
  /** Reads the files at once and says what came of it; for SIGHUP. */
  reload(): void
  /** Looks at the files this often, from now on; says only what has changed. 0: never. */
  watch(intervalMs: number): void
  close(): void
}

export interface KeyRingOptions {
  readonly log: Log
  readonly tlsMinVersion: TlsVersion
  /** called after the key of TLS has changed, with what new connections shall use */
  readonly onTlsChange?: (context: SecureContextOptions) => void
}

/** One key: how it is made of its files, and what was seen of them last. */
interface Slot<T> {
  readonly purpose: 'signing' | 'next-signing' | 'tls' | 'client'
  readonly source: KeySource
  readonly make: (pair: KeyPair, source: KeySource) => T
  readonly onChange?: ((value: T) => void) | undefined
  value: T
  seen: string
  problem: KeyError | null
}

/**
 * Reads every key, and keeps reading it: when its files have changed, it takes what they hold now, or keeps what it
 * has and logs `keys.reload-failed`. Files are compared by content, so links that turn to another folder count too.
 * @throws KeyError KEY_FILE, at once, when a file cannot be used
 */
export function createKeyRing(sources: KeyRingSources, { log, tlsMinVersion, onTlsChange }: KeyRingOptions): KeyRing {
  const current = openSlot({ purpose: 'signing', source: sources.signing, make: signerOf })
  const next = sources.nextSigning && openSlot({ purpose: 'next-signing', source: sources.nextSigning, make: signerOf })
  const makeContext = (pair: KeyPair, source: KeySource): SecureContextOptions =>
    secureContextOf(pair, tlsMinVersion, source)
  const tls = sources.tls && openSlot({ purpose: 'tls', source: sources.tls, make: makeContext, onChange: onTlsChange })
  const client =
    sources.client == null ? null : openSlot({ purpose: 'client', source: sources.client, make: makeContext })
  const look = (isAsked: boolean): void => {
    lookAt(current, log, isAsked)
    if (next !== null) lookAt(next, log, isAsked)
    if (tls !== null) lookAt(tls, log, isAsked)
    if (client !== null) lookAt(client, log, isAsked)
  }
  let timer: NodeJS.Timeout | undefined
  return {
    signer: (which) => (which === 'next' && next !== null ? next.value : current.value),
    secureContext: () => tls?.value ?? null,
    clientIdentity: () => client?.value ?? null,
    reload: () => look(true),
    watch: (intervalMs) => {
      clearInterval(timer)
      if (intervalMs > 0) timer = setInterval(() => look(false), intervalMs).unref()
    },
    close: () => clearInterval(timer),
  }
}

function openSlot<T>(slot: Pick<Slot<T>, 'purpose' | 'source' | 'make' | 'onChange'>): Slot<T> {
  const files = readKeyFiles(slot.source)
  const pair = keyPairOf(slot.source, files)
  return { ...slot, value: slot.make(pair, slot.source), seen: digestOf(files), problem: null }
}

/** The same content is judged once, or a file that stays bad would be told of at every look. */
function lookAt<T>(slot: Slot<T>, log: Log, isAsked: boolean): void {
  const files = attempt(() => readKeyFiles(slot.source))
  const seen = 'error' in files ? files.error.message : digestOf(files.value)
  if (seen === slot.seen) {
    if (isAsked) tell(slot, log)
    return
  }
  slot.seen = seen
  const taken = 'error' in files ? files : attempt(() => take(slot, files.value, log))
  slot.problem = 'error' in taken ? taken.error : null
  if (slot.problem !== null) tell(slot, log)
}

function take<T>(slot: Slot<T>, files: KeyFiles, log: Log): void {
  const pair = keyPairOf(slot.source, files)
  const value = slot.make(pair, slot.source)
  slot.onChange?.(value)
  slot.value = value
  log.info({ event: 'keys.reloaded', purpose: slot.purpose, ...describe(pair) })
}

function tell<T>({ purpose, problem }: Slot<T>, log: Log): void {
  if (problem === null) log.info({ event: 'keys.unchanged', purpose })
  else log.error({ event: 'keys.reload-failed', purpose, err: problem })
}

const describe = ({ certificate }: KeyPair): LogFields => ({
  fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
  subject: certificate.subject.replaceAll('\n', ', '),
  expiresAt: new Date(certificate.validTo),
})

function digestOf({ key, certificate }: KeyFiles): string {
  // Each by itself, or bytes that moved from one file to the other would look the same.
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
  return `${digest(key)} ${certificate === null ? '' : digest(certificate)}`
}

function attempt<T>(work: () => T): { value: T } | { error: KeyError } {
  try {
    return { value: work() }
  } catch (error) {
    return { error: error as KeyError }
  }
}
