import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, FrameReader, FramingError, maxHeaderBytes } from '../../server/rpc/frame.ts';

test('messages arrive whole, however their bytes are cut', () => {
  const messages = [{ a: 1 }, { text: 'ünïcödé 🚂' }, { long: 'x'.repeat(1000) }, {}];
  const bytes = Buffer.from(messages.map(frame).join(''));
  for (const size of [1, 2, 3, 7, 20, 64, 1000, bytes.length]) {
    const read = reading();
    for (let at = 0; at < bytes.length; at += size) read.reader.push(bytes.subarray(at, at + size));
    assert.deepEqual(read.messages, messages, `in pieces of ${size}`);
  }
});

test('the header may be written in other ways', () => {
  for (const header of [
    'content-length:2',
    'CONTENT-LENGTH: \t2 ',
    'Content-Type: x; charset=utf-8\r\nContent-Length: 2',
  ]) {
    const read = reading();
    read.reader.push(Buffer.from(`${header}\r\n\r\n{}`));
    assert.deepEqual(read.messages, [{}], header);
  }
});

test('a header without a length, or with none that counts, is refused', () => {
  for (const header of [
    '',
    'Content-Type: x',
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: 2, 2',
    'GET / HTTP/1.1',
  ]) {
    assert.throws(() => reading().reader.push(Buffer.from(`${header}\r\n\r\n{}`)), FramingError, header);
  }
});

test('a header that does not end is refused, in one piece or in many', () => {
  assert.throws(() => reading().reader.push(Buffer.alloc(maxHeaderBytes + 1, 'a')), FramingError);
  const { reader } = reading();
  assert.throws(() => {
    for (let count = 0; count <= maxHeaderBytes; count += 1) reader.push(Buffer.from('a'));
  }, FramingError);
});

test('a length over the limit is refused at the header, and the limit may grow from message to message', () => {
  const messages: unknown[] = [];
  const reader = new FrameReader(10, (body) => {
    messages.push(JSON.parse(body.toString()));
    reader.limit = 100;
  });
  reader.push(Buffer.from(frame({ a: 1 }) + frame({ b: 'x'.repeat(50) })));
  assert.equal(messages.length, 2);
  assert.throws(() => reader.push(Buffer.from('Content-Length: 101\r\n\r\n')), FramingError);
});

test('what is held is kept, and goes on in order', () => {
  const messages: unknown[] = [];
  const reader = new FrameReader(100, (body) => {
    messages.push(JSON.parse(body.toString()));
    reader.held = messages.length % 2 === 0;
  });
  const bytes = Buffer.from([1, 2, 3, 4, 5].map((a) => frame({ a })).join(''));
  reader.push(bytes.subarray(0, 70));
  reader.push(bytes.subarray(70, 80));
  assert.deepEqual(messages, [{ a: 1 }, { a: 2 }]);
  reader.held = false;
  reader.push(bytes.subarray(80));
  assert.deepEqual(messages.length, 4);
  reader.held = false;
  reader.push(Buffer.alloc(0));
  assert.deepEqual(messages, [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }]);
});

test('nothing is handed on after stop, of the same bytes neither', () => {
  const messages: unknown[] = [];
  const reader = new FrameReader(100, (body) => {
    messages.push(JSON.parse(body.toString()));
    reader.stop();
  });
  reader.push(Buffer.from(frame({ a: 1 }) + frame({ a: 2 })));
  reader.push(Buffer.from(frame({ a: 3 })));
  assert.deepEqual(messages, [{ a: 1 }]);
});

function reading(): { readonly reader: FrameReader; readonly messages: unknown[] } {
  const messages: unknown[] = [];
  return { messages, reader: new FrameReader(10_000, (body) => messages.push(JSON.parse(body.toString()))) };
}
