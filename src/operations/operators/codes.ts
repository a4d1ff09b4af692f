import type { Environment } from '../../registration/index.js'
import { audit, joiningCodes, type Database, type services } from '../../store/index.js'
import { hashJoiningCode, newJoiningCode } from '../joining/codes.js'

export interface CodeRequest {
  readonly purpose: joiningCodes.CodePurpose
  readonly authorityId: string
  /** null: any service of the authority */
  readonly serviceId: services.ServiceId['id'] | null
  /** null: whichever is asked for */
  readonly environment: Environment | null
  readonly lifetimeMs: number
  /** for the audit */
  readonly actor: string
}

const SHOWN_DIGITS = 12

/** What names a code in lists and in the audit; the code cannot be found out from it. */
export const nameOfCode = (hash: Buffer | string): string =>
  (typeof hash === 'string' ? hash : hash.toString('hex')).slice(0, SHOWN_DIGITS)

/** Makes a one-time code. It is in the answer and nowhere else. */
export function issueJoiningCode(
  { db }: { db: Database },
  { actor, ...request }: CodeRequest,
): Promise<{ code: string; name: string; expiresAt: Date }> {
  const code = newJoiningCode()
  const hash = hashJoiningCode(code)
  const name = nameOfCode(hash)
  return db.withTransaction(async (tx) => {
    const expiresAt = await joiningCodes.insertCode(tx, { ...request, hash, createdBy: actor })
    const { authorityId, serviceId, purpose, environment } = request
    const subject = { code: name, authorityId, id: serviceId, purpose, environment, expiresAt }
    await audit.insertAudit(tx, { actor, act: 'code.issued', subject })
    return { code, name, expiresAt }
  })
}

/** Takes unused codes back. @returns how many there were under this name */
export function revokeJoiningCode(
  { db }: { db: Database },
  { name, actor }: { name: string; actor: string },
): Promise<number> {
  return db.withTransaction(async (tx) => {
    const revoked = await joiningCodes.revokeCodes(tx, name)
    for (const { hash, authorityId, serviceId } of revoked) {
      const subject = { code: nameOfCode(hash), authorityId, id: serviceId }
      await audit.insertAudit(tx, { actor, act: 'code.revoked', subject })
    }
    return revoked.length
  })
}
