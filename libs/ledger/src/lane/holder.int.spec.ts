import { adminUrl, tcpProxy } from '@bliro/testing';
import { expect, it } from '@jest/globals';
import { joinAsHolder } from './holder.js';

it('a pooler is refused: the lock would be some other client’s', async () => {
  const pooler = await tcpProxy(adminUrl(), withOtherProcessId);
  await expect(joinAsHolder(pooler.url)).rejects.toMatchObject({ name: 'DatabaseMistake' });
  await pooler.close();
});

/** As a pooler does, tells the client a process id of its own in BackendKeyData. */
function withOtherProcessId(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) bytes.writeInt32BE(7, at + 5);
  return bytes;
}
