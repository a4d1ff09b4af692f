import { sensitive, type Sensitive } from '../../sensitive.js'
import type { Context } from '../context.js'

/** Whose mailbox it is; who that is has been authenticated by the page that asks. */
export interface MailOwner {
  readonly id: Sensitive<string>
  readonly hash: Buffer
}

export function mailOwner({ sealer }: Pick<Context, 'sealer'>, written: string): MailOwner {
  const id = written.trim().toUpperCase()
  return { id: sensitive(id), hash: sealer.hashId(id) }
}

/** A company's business id, or a person's identity code. */
export const idTypeOf = ({ id }: MailOwner): 'SSN' | 'CRN' => (/^\d{7}-\d$/.test(id.reveal()) ? 'CRN' : 'SSN')
