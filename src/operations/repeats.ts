import { GatewayError } from '../errors.js'
import { answeredRequests, type Tx } from '../store/index.js'
import type { Context, Received } from './context.js'

/** The same signed request was answered before; carried out of the transaction, which stores nothing. */
export class RequestRepeated extends GatewayError<'REQUEST_REPEATED'> {
  readonly key: Buffer
  constructor(key: Buffer) {
    super('REQUEST_REPEATED', 'The same signed request was answered before')
    this.key = key
  }
}

/** Makes sure that this request is the first of its kind; waits while another copy of it is being served. @throws RequestRepeated */
export async function claimFirst(tx: Tx, { id, replay }: Pick<Received, 'id' | 'replay'>): Promise<void> {
  if (replay !== null && !(await answeredRequests.claimRequest(tx, id, replay))) throw new RequestRepeated(replay.key)
}

/** Keeps what will be answered, for the case that the same request comes again. */
export const keepAnswer = (
  { sealer }: Context,
  tx: Tx,
  { key }: answeredRequests.ReplayClaim,
  answer: string,
): Promise<void> => answeredRequests.keepAnswer(tx, sealer, key, answer)

/** What the first of its kind was answered, and its id in the message log; null when it was so long ago that the answer is gone. */
export const findFirstAnswer = (
  { db, sealer }: Context,
  { key }: Pick<RequestRepeated, 'key'>,
): Promise<{ submissionId: string; answer: string } | null> => answeredRequests.findAnswer(db, sealer, key)
