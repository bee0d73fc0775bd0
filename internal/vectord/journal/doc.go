// Package journal is the bytes of a log object: the changes of one index, in the order
// in which they were made. It knows nothing of HTTP, of storage, or of what an index
// does with a change.
//
// What it promises:
//
//   - What [Reader] gives is what [Writer] was given, bit by bit and in that order. It
//     gives a record only after its checksum held, together with the place where it
//     stands: no bit that flipped, no block that was lost, moved or came from another
//     object is taken as good.
//   - An object without its end is known as cut, and told from one that is damaged; of
//     either, the records before that place are whole. [Error] says what and where.
//   - Reading takes a few MB of memory at most, whatever an object claims.
//   - [Merge] makes one object of several, with the same effect, and with nothing in it
//     of what was replaced or deleted, but for the ids of the latter.
//
// A batch of changes has a sequence number, from 1 on and without gaps; an object holds
// those from First to Last. That an object is durable is its caller's to see to, and what
// the records of a cut one are good for is its caller's to say: they may be part of a batch.
//
// # The format, version 1
//
// Numbers are little endian. An object begins with 16 bytes:
//
//	magic    8 bytes   89 4C 48 56 4C 0D 0A 1A
//	version  uint32    1
//	chain    uint32    CRC32C of the 12 bytes before
//
// Then blocks follow, to the end. Each is a head of 16 bytes and a payload:
//
//	kind     uint32
//	length   uint32    of the payload
//	sum      uint32    CRC32C of the payload
//	chain    uint32    CRC32C of the 12 bytes before, going on from the chain before
//
// So a head is known to be right before its length is believed, and each chain stands for
// every byte that came before: the last one is the checksum of the whole object.
//
//	kind             payload
//	1 header         first uint64, last uint64, dimension uint32, id of the index
//	2 put            length of the id uint16, id, vector as float32, metadata
//	3 delete         length of an id uint16, id; again, at least once
//	4 set metadata   length of the id uint16, id, metadata
//	5 end            records uint64, which is the blocks between header and end
//
// The header is the first block and the end is the last, with nothing behind it. Metadata
// is bytes to this package; an index keeps JSON there.
package journal
