/**
 * Test persons of the sandbox. Their identity codes are artificial: individual numbers 900–999 are never given to
 * anybody. Business ids from 9000000 up are not in use either.
 */
export interface TestPerson {
  readonly id: string
  readonly idType: 'SSN' | 'CRN'
  /** what the person is there for */
  readonly role: string
  /** null: the person has no mailbox */
  readonly account: 'active' | 'passive' | null
}

export const testPersons: readonly TestPerson[] = [
  { id: '010190-900P', idType: 'SSN', role: 'has an active mailbox', account: 'active' },
  { id: '150585-901P', idType: 'SSN', role: 'has an active mailbox', account: 'active' },
  { id: '241272-902U', idType: 'SSN', role: 'has made the mailbox passive', account: 'passive' },
  { id: '030303A9038', idType: 'SSN', role: 'has no mailbox', account: null },
  { id: '9000001-1', idType: 'CRN', role: 'is a company with an active mailbox', account: 'active' },
]
