import {
  ContractError,
  encodeMessageStatuses,
  encodeRegistration,
  successes,
  type WireOperation,
} from '../contract/index.js'
import { joining, type Service, type Submitted } from '../operations/index.js'
import type { JoiningCommand, JoiningOperation, MessageStatuses, RegistrationView } from '../registration/index.js'
import { judgeCertificate, readCertificate, TrustError, type Certificate } from '../trust/index.js'
import { answering, plain, type PerformedAnswer, type Serving } from './perform.js'

type Applying = Serving<joining.Applied>
type RegistrationOperation = Exclude<JoiningOperation, 'fetchMessageStatus'>

/**
 * Runs an operation of the joining contract and puts its result into wire form.
 * @param service  who is calling; null for whoever comes with a key that is to be registered
 */
export async function performJoining(
  serving: Applying,
  service: Service | null,
  command: JoiningCommand,
): Promise<PerformedAnswer> {
  const { context, submitted } = serving
  if (command.operation === 'registerService') {
    const view = viewAnswer(serving, command.operation)
    return view.of(await joining.registerService(context, command, submitted, view.record))
  }
  if (command.operation === 'addCertificate') {
    const view = viewAnswer(serving, command.operation)
    const added = certificateToAdd(serving, command.certificate)
    return view.of(await joining.addCertificate(context, command, { request: submitted, added }, view.record))
  }
  // Whoever got here without being known came with one of the two operations above.
  return performKnown(serving, { ...submitted, service: service! }, command)
}

async function performKnown(
  serving: Applying,
  submitted: Submitted & joining.Applied,
  command: Exclude<JoiningCommand, { operation: 'registerService' | 'addCertificate' }>,
): Promise<PerformedAnswer> {
  const { context } = serving
  if (command.operation === 'fetchMessageStatus') {
    const answer = statusAnswer(serving)
    return answer.of(await joining.fetchMessageStatus(context, command, submitted, answer.record))
  }
  const view = viewAnswer(serving, command.operation)
  switch (command.operation) {
    case 'getRegistration':
      return view.of(await joining.getRegistration(context, submitted, view.record))
    case 'changeContacts':
      return view.of(await joining.changeContacts(context, command, submitted, view.record))
    case 'retireCertificate':
      return view.of(await joining.retireCertificate(context, command, submitted, view.record))
    case 'withdrawRegistration':
      return view.of(await joining.withdrawRegistration(context, command, submitted, view.record))
  }
}

/** The answer to a result, written once: what is recorded with the result is what is sent. */
interface Answerer<Result> {
  readonly of: (result: Result) => PerformedAnswer
  readonly record: (tx: Parameters<Applying['record']>[0], result: Result) => Promise<void>
}

function answerer<Result>({ record }: Applying, write: (result: Result) => PerformedAnswer): Answerer<Result> {
  const of = answering(write)
  return { of, record: (tx, result) => record(tx, of(result)) }
}

const viewAnswer = (serving: Applying, operation: RegistrationOperation): Answerer<RegistrationView> =>
  answerer(serving, (view) => {
    const told = { ...plain(successes[operation satisfies WireOperation]), notes: { state: view.state } }
    return { told, document: encodeRegistration(operation, { ...serving.head, status: told.status }, view) }
  })

const statusAnswer = (serving: Applying): Answerer<MessageStatuses> =>
  answerer(serving, (statuses) => {
    const told = { ...plain(successes.fetchMessageStatus), itemCount: statuses.messages.length }
    return { told, document: encodeMessageStatuses({ ...serving.head, status: told.status }, statuses) }
  })

/** @throws ContractError REQUEST_INVALID for one that could not sign */
function certificateToAdd({ context, submitted }: Applying, der: Buffer | null): joining.Signer['certificate'] {
  if (der === null) return submitted.signer.certificate
  try {
    const certificate: Certificate = readCertificate(der)
    // Its chain is looked at in the background, once it is registered.
    judgeCertificate({ certificate }, context.clock.now(), { revocation: 'off' })
    return certificate
  } catch (cause) {
    if (!(cause instanceof TrustError)) throw cause
    throw new ContractError('REQUEST_INVALID', `Varmenne: ${cause.message}`, {
      cause,
      detailFi: 'Varmenne ei kelpaa allekirjoittamiseen',
    })
  }
}
