/** A folder that two parties share: we put letters into it, the printing provider takes them away. */
export interface Drop {
  readonly kind: 'folder' | 'sftp' | 'test'
  /** tells one drop from another; names no secret and no user */
  readonly id: string
  /** @throws DropError */
  open(signal: AbortSignal): Promise<OpenDrop>
}

/** Names are of our making: letters, digits, hyphens and dots. Everything throws DropError when the drop is away. */
export interface OpenDrop {
  exists(name: string): Promise<boolean>
  names(prefix: string): Promise<string[]>
  /** Returns when the file is whole, and kept as far as the other side can promise it. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** In one step, over whatever has that name. @returns false when there is nothing to move */
  move(from: string, to: string): Promise<boolean>
  remove(name: string): Promise<void>
  close(): Promise<void>
}

/** The drop did not answer as it should; tried again. The cause may hold paths and is not logged. */
export class DropError extends Error {
  readonly reason: 'PRINT_DROP_AWAY' | 'PRINT_HOST_KEY' | 'PRINT_LOGIN_REFUSED'
  constructor(reason: DropError['reason'], cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}
