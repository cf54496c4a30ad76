/** A process that takes the lock of every path it is sent, keeps those it gets, and says which. */
import { acquireLock } from '../../server/store/lock.ts';

process.on('message', (path) => process.send?.(acquireLock(String(path)) ? 'owner' : 'none'));
process.on('disconnect', () => process.exit());
process.send?.('ready');
