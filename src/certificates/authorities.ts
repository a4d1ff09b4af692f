import { readFileSync } from 'node:fs'
import { GatewayError } from '../errors.js'
import { isSelfSigned, parse, type Parsed } from './parsed.js'

/** A file of CAs that cannot be used; the message names the file and what it should hold. */
export class AuthorityFileError extends GatewayError<'CA_FILE'> {}

/** The CAs that registered certificates have to lead to. */
export interface Authorities {
  /** self-signed: trusted because they are configured */
  readonly anchors: readonly Parsed[]
  /** links between a registered certificate and an anchor, trusted as far as their own chain holds */
  readonly intermediates: readonly Parsed[]
}

/**
 * @param files  PEM bundles or single DER certificates; roots and intermediates in any order
 * @throws AuthorityFileError CA_FILE
 */
export function loadAuthorities(files: readonly string[]): Authorities {
  const all = files.flatMap(readBundle)
  const anchors = all.filter(isSelfSigned)
  if (anchors.length === 0)
    throw new AuthorityFileError(
      'CA_FILE',
      `${files.join(', ')} (ASTI_CA_FILES) holds no self-signed root certificate, so no chain could end. Add the root.`,
    )
  return { anchors, intermediates: all.filter((one) => !anchors.includes(one)) }
}

function readBundle(file: string): Parsed[] {
  const bytes = read(file)
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
  try {
    return (blocks ?? [bytes]).map((one) => parse(Buffer.from(one)))
  } catch (cause) {
    throw new AuthorityFileError('CA_FILE', `${file} (ASTI_CA_FILES) does not hold certificates in PEM or DER form.`, {
      cause,
    })
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AuthorityFileError('CA_FILE', `${file} (ASTI_CA_FILES) cannot be read (${code}).`, { cause })
  }
}
