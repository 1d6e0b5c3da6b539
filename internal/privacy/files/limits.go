package files

const (
	// MaxSize is the largest file that is looked into, in bytes. Tables and documents of
	// that size take 240 MiB of memory and 12 s of one core, text half of it: a function of
	// 1 GB has room for that and the directory of a large account.
	MaxSize = 16 << 20
	// maxInflated bounds all that one file inflates to, files inside it included.
	maxInflated = 64 << 20
	// maxEntry bounds one entry of an archive.
	maxEntry = 32 << 20
	// maxRatio bounds inflated against packed bytes, beyond what any file may inflate to
	// (ratioFrom). Text deflates to a tenth; deflate's own limit is 1:1,032.
	maxRatio  = 200
	ratioFrom = 8 << 20
	// maxEntries bounds the entries of one archive: a large presentation has some 2,000.
	maxEntries = 5_000
	// maxNested bounds files in files: a mail in a mail with a document in it.
	maxNested = 4
	// maxDepth bounds elements in elements. Word nests some 40 deep.
	maxDepth = 500
)

// A Reason says why a file is not rewritten: a word for reports, without content.
type Reason string

const (
	UnknownType Reason = "unknown_type" // nothing here reads such files: PDF, sound, video, archives
	Encrypted   Reason = "encrypted"
	Malformed   Reason = "malformed" // not what it claims to be
	TooLarge    Reason = "too_large" // it, what it inflates to, or how deep it is nested
	Macros      Reason = "macros"
	Embedded    Reason = "embedded" // it holds a file that is not readable
	Signed      Reason = "signed"   // what is changed would no longer be what was signed
	Fixed       Reason = "fixed"    // personal data stands where nothing else may: the name of a sheet
)

// Error is the reason by itself: a file is read to its end, or for a reason not.
func (r Reason) Error() string { return string(r) }
