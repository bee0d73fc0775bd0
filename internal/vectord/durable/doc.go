// Package durable keeps an index of package engine in storaged, so that it is there again
// after a restart, a crash or a damaged object. It knows nothing of HTTP handlers, and not
// which names indexes have.
//
// What it promises:
//
//   - A change is answered when it is durable and applied. It is one batch: after
//     whatever happens it is in the index whole or not at all. One whose caller was told
//     that storaged did not answer, or who left, may be in; sent again it does no harm.
//   - Changes are made one after the other; those that wait together share an object.
//     Filters see what was changed before. Searches wait for none.
//   - No sequence number is written twice with different content. An index that finds an
//     object of somebody else in its way refuses changes from then on, and is read still.
//   - An index is opened from what is whole: the newest generation that can be read, and
//     the log after it. What was lost is told by [Stats], with its key, until somebody
//     acknowledges it.
//   - What was erased is in no object of the index when [Index.Erase] returns.
//
// # Objects
//
//	vectors/<id>/log/<first>                  changes first to last, package journal; or what names its parts
//	vectors/<id>/log/<first>....              its parts, where one object would be too large
//	vectors/<id>/generations/<sequence>       that a generation is whole, and of what
//	vectors/<id>/generations/<sequence>....   its parts: the index, as package engine saves it
//	system/vectord/<id>/damage                what was damaged, and nobody acknowledged yet
//
// Numbers have 20 digits, so that a listing is in their order. There is no manifest of an
// index: a listing of storaged holds every object that was acknowledged, and each of the
// keys above appears at once, whole. A generation may be larger than an object can be, so
// it is parts, and its own object comes last: parts without one are litter. So is a change
// whose bytes are more than an object of the log may have, which is durable with that last
// object and not before. No key lies under that of another object, for not every S3 lists
// it then.
//
// A generation has every change up to its sequence number, and maybe some that came
// later; making these again does no harm. Two generations are kept, and the log since the
// older one. Small log objects become one, under the key of the first: what is left of the
// others after a crash holds nothing that is not in it.
package durable
