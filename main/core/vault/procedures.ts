import { changeVault, setIdleLock, vaultState } from './service.ts';
import type { RunningCore } from '../context.ts';
import { idleMinutesInForce, refuseManaged } from '../managed/service.ts';
import type { Implementer } from '../implementer.ts';

/** What answers the procedures of `shared/contract/vault.ts`. */
export function vaultProcedures(os: Implementer['vault'], context: RunningCore) {
  /** A passphrase is no keeper where the organisation wants the system keychain alone. */
  const refusePassphrase = () => {
    if (context.managed.locked.Keeper === 'keychain') refuseManaged(context.managed, 'Keeper', 'passphrase');
  };
  return {
    create: os.create.handler(({ input }) => {
      refusePassphrase();
      return changeVault(context, ({ create }) => create(input.passphrase));
    }),
    unlock: os.unlock.handler(({ input }) => changeVault(context, ({ unlock }) => unlock(input.passphrase))),
    openWithKeychain: os.openWithKeychain.handler(() =>
      changeVault(context, ({ openWithKeychain }) => openWithKeychain()),
    ),
    addKeychain: os.addKeychain.handler(() => changeVault(context, ({ addKeychain }) => addKeychain())),
    inUse: os.inUse.handler(() => {
      context.idleLock.inUse();
      return {};
    }),
    idleLock: os.idleLock.handler(() => ({
      minutes: idleMinutesInForce(context.store.secrets.idleMinutes(), context.managed),
    })),
    setIdleLock: os.setIdleLock.handler(({ input }) => {
      if (context.managed.locked.IdleLockMinutes !== undefined)
        refuseManaged(context.managed, 'IdleLockMinutes', 'minutes');
      return setIdleLock(context, input.minutes);
    }),
    lock: os.lock.handler(() => changeVault(context, ({ lock }) => lock())),
    changePassphrase: os.changePassphrase.handler(({ input }) => {
      refusePassphrase();
      return changeVault(context, ({ changePassphrase }) => changePassphrase(input.current, input.next));
    }),
    renewKey: os.renewKey.handler(async ({ input }) => {
      const compacted = await context.vault.renewKey(input.passphrase);
      return { vault: vaultState(context), compacted };
    }),
    beginAnew: os.beginAnew.handler(({ input }) => {
      if (input.passphrase !== null) refusePassphrase();
      return changeVault(context, ({ beginAnew }) => beginAnew(input.passphrase));
    }),
    bringBack: os.bringBack.handler(({ input }) =>
      changeVault(context, ({ bringBack }) => bringBack(input.passphrase)),
    ),
    useSession: os.useSession.handler(() => changeVault(context, ({ useSession }) => useSession())),
  };
}
