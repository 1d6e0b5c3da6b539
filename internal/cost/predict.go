package cost

import "math"

// Sizes and times that the model takes from elsewhere.
const (
	segmentRow = 400  // bytes of a segment's entry
	bundleRow  = 900  // bytes of a bundle of the audit log with one event
	verdictRow = 1800 // bytes of a verdict, and of a segment's findings
	logLine    = 700  // bytes that an invocation logs, Lambda's own three lines included
	documents  = 5    // that a run's evidence holds
	// scanned is how many pages a demo looks at: 2,000 tickets, as many people, and
	// the few groups and companies there are.
	scanned = 2*20 + 2
	// metricsOfRun are the custom metrics that a run writes, each billed for every
	// hour in which it does: Requests, and Throttled or CursorAge.
	metricsOfRun = 2
	ratio        = 4 // to which text shrinks before it is sealed

	// Processor time of a ticket at a whole processor, twice what
	// docs/performance.md measured on one machine: TLS comes on top.
	extractMs, anonymizeMs, loadMs, verifyMs = 0.5, 1.2, 0.8, 0.8
	// rewriteMs is the time of a file in anonymize: a third are texts of 300 KiB, which
	// take 10 to 30 ms (BenchmarkRewrite), the others pictures and PDF, which take less
	// than one.
	rewriteMs = 10
	// processor is the memory in MB at which a function has a whole one.
	processor = 1769
	// rowMs is how long DynamoDB, S3 or KMS take to answer.
	rowMs = 6
	// startMs is what an invocation takes besides its work.
	startMs = 20
)

// memory of the functions in MB; a test of internal/infra compares it with the
// template.
var memory = map[string]float64{"api": 256, "plan": 512, "extract": 256, "anonymize": 1024, "load": 256, "verify": 256,
	"commit": 256, "report": 512, "seal": 256, "finish": 256}

// Predict counts the calls of a full run, or of a demo, that meets no failure. It
// follows the steps of internal/migration; tests compare it with what a run asks
// of its stores, call by call, and with the definition as it is interpreted.
func Predict(w Workload) Calls {
	w = w.withDefaults()
	m := &model{w: w, t: tally{}}
	m.plan()
	m.extract()
	m.anonymize()
	m.gate()
	m.load()
	m.verify()
	m.ending()
	m.transitions()
	m.stored()
	metrics := float64(metricsOfRun)
	if m.w.Demo { // moves no cursor
		metrics--
	}
	m.t.add("cloudwatch.MetricHours", metrics*math.Ceil(m.w.Hours()))
	return m.t.calls()
}

type model struct {
	w          Workload
	t          tally
	extraReads float64 // invocations of extract beyond one a kind
}

// Parts of a bill that several steps share.

func (m *model) get(n float64)         { m.rows("GetItem", n, 0, n) }
func (m *model) row() float64          { return float64(m.w.RowBytes) }
func (m *model) put(n float64)         { m.rows("PutItem", n, n, 0) }
func (m *model) transact(rows float64) { m.rows("TransactWriteItems", 1, 2*rows, 0) }
func (m *model) note(n float64)        { m.rows("TransactWriteItems", n, 2*n, 0) }

func (m *model) rows(operation string, calls, written, read float64) {
	m.t.add("dynamodb."+operation, calls)
	m.t.add("dynamodb.WriteUnits", written)
	m.t.add("dynamodb.ReadUnits", read)
}

// query is a list of so many rows of so many bytes; one more page tells its end
// where the last is full.
func (m *model) query(rows, bytes float64) {
	pages := math.Floor(rows/perList) + 1
	m.rows("Query", pages, 0, max(pages, math.Ceil(rows*bytes/4096)))
}

// batch reads rows by their keys.
func (m *model) batch(rows float64) {
	calls := math.Ceil(rows / perBatch)
	switch {
	case rows == 0:
	case rows == 1:
		m.get(1)
	default:
		m.rows("BatchGetItem", calls, 0, rows)
	}
}

func (m *model) s3(operation string, n float64) { m.t.add("s3."+operation, n) }

// logged is one event in a shard of the audit log: the shard is read, the bundle
// put, and its head kept in the ledger.
func (m *model) logged(n float64) {
	m.rows("Query", 2*n, 0, 2*n)
	m.put(n)
	m.note(n)
}

// opened is the invocations of a function that works for a run under way: each reads
// the lease and the plan.
func (m *model) opened(function string, n, ms float64) {
	m.invoked(function, n, ms)
	m.get(n)
	m.s3("GetObject", n)
}

// invoked is the invocations of a function, and how long they take in all.
func (m *model) invoked(function string, n, ms float64) {
	m.t.add("lambda.Invocations", n)
	m.t.add("lambda.MegabyteMs", memory[function]*(n*startMs+ms))
	m.t.add("logs.Bytes", n*logLine)
	m.t.add("xray.Traces", n)
}

// busy is the time that a function's processor takes for the tickets.
func (m *model) busy(function string, ms float64) float64 {
	return float64(m.w.Tickets) * ms * max(1, processor/memory[function])
}

// waits is the time of so many requests to a help desk, so many at a time.
func (m *model) waits(requests float64, ms int, atATime float64) float64 {
	m.t.add("desk.Request", requests)
	return requests * float64(ms) / atATime
}

func (m *model) plan() {
	m.invoked("plan", 1, m.waits(4, m.w.AnswerMs, 1))
	m.s3("GetObject", 1) // the plan
	m.get(3)             // lease, execution, run
	m.get(6)             // the index, and whether there are keys
	for range kinds {    // is there a ledger: of a first run, none
		m.query(0, 0)
	}
	m.rows("UpdateItem", 3, 3, 0) // the execution, the lease, the lease's token
	m.note(3)                     // the run, its execution, and what the help desks said
	for range 4 {                 // raw, clean, references and digests
		m.t.add("kms.Encrypt", 1)
		m.transact(2)
	}
	m.t.add("kms.Decrypt", 2)
	m.t.add("secretsmanager.GetSecretValue", 2)
	m.logged(1)
}

// extract reads pages of a hundred records, kind by kind, also of kinds that turn
// out to be empty. A demo reads them all at once.
func (m *model) extract() {
	all := 0.0
	for _, k := range m.w.list() {
		all += m.extractKind(k)
	}
	if m.w.Demo { // looks for the ugliest first
		all += m.waits(scanned, m.w.AnswerMs, 1)
	}
	n := invocations(all)
	if !m.w.Demo {
		n = 0
		for _, k := range m.w.list() {
			n += invocations(m.readMs(k))
		}
		for range kinds - len(m.w.list()) {
			all += m.waits(1, m.w.AnswerMs, 1)
			m.rows("UpdateItem", 1, 1, 0) // its position
			n++
		}
		m.extraReads = n - kinds
	}
	m.opened("extract", n, all)
	m.get(2 * n) // the position, and that of the last run
	m.t.add("secretsmanager.GetSecretValue", 1)
	m.manifest("extract", 1, 1)
}

// readMs is how long it takes to read a kind.
func (m *model) readMs(k kind) float64 {
	ms := k.segments() * (float64(m.w.AnswerMs) + 8*rowMs)
	if k.name == "ticket" {
		ms += m.w.files()*float64(m.w.AnswerMs+m.w.FileMs) + m.busy("extract", extractMs)
	}
	return ms
}

func (m *model) extractKind(k kind) (ms float64) {
	pages := k.segments()
	m.t.add("desk.Request", pages)
	if k.name == "ticket" {
		m.t.add("desk.Request", m.w.files())
		m.get(m.w.files()) // the public half, for each file
		m.s3("PutObject", m.w.files())
	}
	m.get(pages) // the public half
	m.s3("PutObject", pages)
	m.rows("TransactWriteItems", pages, 2*3*pages, 0) // position, segment, usage
	m.logged(pages)
	return m.readMs(k)
}

// empty lists what the kinds have of which there are no records.
func (m *model) empty(lists int) {
	for range lists * (kinds - len(m.w.list())) {
		m.query(0, 0)
	}
}

// manifest lists the segments so often, and writes so many lists of them.
func (m *model) manifest(function string, lists, written float64) {
	m.s3("PutObject", written)
	m.opened(function, 1, lists*kinds*rowMs*(1+m.w.segments()/perList))
	for range int(lists) {
		for _, k := range m.w.list() {
			m.query(k.segments(), segmentRow)
		}
		m.empty(1)
	}
}

func (m *model) anonymize() {
	n := m.w.segments()
	m.opened("anonymize", n, m.busy("anonymize", anonymizeMs)+n*14*rowMs+m.w.files()*(4*rowMs+rewriteMs))
	m.get(n * 6)           // the segment, refs, digests, pseudonyms, raw's half, clean's half
	m.get(m.w.files() * 3) // each file is opened, and its key handed on
	m.s3("GetObject", m.w.files())
	m.get(1) // the key of pseudonyms is not there yet
	m.t.add("kms.Encrypt", 1)
	m.transact(2)
	m.s3("GetObject", n)
	m.s3("PutObject", n)
	m.rows("TransactWriteItems", n, n*2*(1+2+1), 0) // segment, findings, usage
	m.logged(n)
	m.directory()
	m.manifest("anonymize", phases+1, m.phases()+1)
	m.get(1) // how far the run looked for erasures
	m.looks()
}

// looks are those for erasures, before each phase and after the last, as long as nobody
// is erased: the note of the last one, where the people were read to, when the run began.
func (m *model) looks() {
	n := m.phases() + 1
	m.opened("anonymize", n, n*4*rowMs)
	m.get(3 * n)
}

// directory is who the people are, which each environment reads once.
func (m *model) directory() {
	environments := max(1, min(float64(m.w.Workers), m.w.segments()))
	people := math.Ceil(float64(m.w.People)/perSegment) + math.Ceil(float64(m.w.Groups)/perSegment)
	for range int(environments) {
		for _, k := range m.w.list() {
			m.query(k.segments(), segmentRow)
		}
		m.empty(1)
	}
	m.s3("GetObject", environments*people)
	m.get(environments * people)
	m.t.add("kms.Decrypt", environments*4)
}

// environments of functions that work side by side.
func (w Workload) environments() int { return max(1, min(w.Concurrency, int(w.segments()))) }

func (m *model) gate() {
	m.opened("api", 1, 10*rowMs)
	m.query(m.w.segments(), verdictRow)
	m.note(1)
	m.logged(1)
}

// cleanRead is what load and verify do before their work on so many segments.
func (m *model) cleanRead(function string, segments, ms float64) {
	m.opened(function, segments, ms)
	m.get(segments * 3) // refs, digests, clean's half
	m.s3("GetObject", segments)
}

// pace is how long so many requests take, by the target's limit if that is slower:
// the invocations that run side by side wait for each other's turn.
func (m *model) pace(ms, requests float64) float64 {
	if m.w.PerMinute == 0 {
		return ms
	}
	return max(ms, requests*60_000/float64(m.w.PerMinute)*float64(m.w.environments()))
}

func (m *model) load() {
	at := float64(inFlight)
	if m.w.OneByOne {
		at = 1 // a ticket's comments come one after the other
	}
	ms := m.pace(m.waits(m.w.Writes()-m.w.files(), m.w.AnswerMs, at)+m.waits(m.w.files(), m.w.AnswerMs+m.w.FileMs, at), m.w.Writes())
	ms += m.busy("load", loadMs) + m.rowsOfLoad()*rowMs/sideBySide
	m.cleanRead("load", m.w.segments(), ms)
	m.t.add("kms.Decrypt", float64(m.w.environments())*3)
	m.t.add("secretsmanager.GetSecretValue", float64(m.w.environments()))
	m.entries()
	m.rows("UpdateItem", m.rowsOfLoad(), m.rowsOfLoad(), 0)
	m.rows("UpdateItem", m.w.segments(), m.w.segments(), 0) // usage
	m.s3("GetObject", m.w.files())
	m.get(m.w.files()) // clean's half, for each file
	if m.w.OneByOne {
		m.get(kind{"ticket", m.w.Tickets}.segments()) // whether the target was heard to send mail
	}
	m.logged(m.w.segments())
	m.relations()
	m.t.add("internet.Bytes", m.w.text()+m.w.files()*float64(m.w.AttachmentBytes))
}

// sideBySide is how many rows the ledger writes at a time.
const sideBySide = 8

// rowsOfLoad is how many rows are written: the intent and the result of each
// record; of comments that come one by one, the first's intent, the result of one
// with the intent of the next, and the last result.
func (m *model) rowsOfLoad() float64 {
	rows := 2 * m.w.records()
	if n := m.w.appended(); n > 0 {
		rows += float64(m.w.Tickets) * (n + 1)
		rows += m.w.records() - float64(m.w.Tickets) // finished in a second step
	}
	return rows
}

// references looks up whom and what the records of a segment name. An environment
// remembers what stands in the target, so it asks for nobody twice.
func (m *model) references() {
	ask := func(all int, segments float64) {
		left := float64(all) * float64(m.w.environments())
		for range int(segments) {
			some := min(left, float64(min(all, m.w.Named)))
			m.batch(some)
			left -= some
		}
	}
	tickets, people := kind{"ticket", m.w.Tickets}.segments(), kind{"person", m.w.People}.segments()
	ask(m.w.People, tickets)
	ask(m.w.Groups, tickets+people)
	ask(m.w.Organizations, tickets+people)
}

// entries reads the rows of all records, a segment at a time.
func (m *model) entries() {
	for _, k := range m.w.list() {
		for left := k.records; left > 0; left -= perSegment {
			m.batch(float64(min(left, perSegment)))
		}
	}
	m.references()
}

// relations is the phase that links tickets.
func (m *model) relations() {
	linked := float64(m.w.Tickets) * m.w.Linked
	if linked == 0 {
		return
	}
	n := m.linkedSegments()
	m.cleanRead("load", n, m.waits(linked, m.w.AnswerMs, 1)+n*10*rowMs)
	m.rows("BatchGetItem", n, 0, float64(m.w.Tickets))
	m.get(linked)
	m.rows("UpdateItem", linked, linked, 0)
	m.rows("UpdateItem", n, n, 0) // usage
	m.logged(n)
}

func (m *model) linkedSegments() float64 {
	return min(kind{"ticket", m.w.Tickets}.segments(), math.Ceil(float64(m.w.Tickets)*m.w.Linked))
}

func (m *model) verify() {
	ms := m.pace(m.waits(m.w.records(), m.w.AnswerMs, inFlight)+m.waits(m.w.files(), m.w.AnswerMs+m.w.FileMs, inFlight), m.w.Reads())
	ms += m.busy("verify", verifyMs) + m.w.records()*rowMs/sideBySide
	m.cleanRead("verify", m.w.segments(), ms)
	m.t.add("kms.Decrypt", float64(m.w.environments())*3)
	m.t.add("secretsmanager.GetSecretValue", float64(m.w.environments()))
	m.entries()
	m.rows("UpdateItem", m.w.records(), m.w.records(), 0)
	m.rows("TransactWriteItems", m.w.segments(), m.w.segments()*2*(2+1), 0) // verdict, usage
	m.logged(m.w.segments())
}

// ending is census, commit, seal, report and finish.
func (m *model) ending() {
	n := m.w.segments()
	rowsMs := m.w.records() / perList * 20
	m.opened("verify", 1, rowsMs+m.waits(m.w.records()/100, m.w.AnswerMs, 1))
	m.get(2)
	for _, k := range m.w.list() {
		m.query(float64(k.records), m.row())
		m.query(k.segments(), segmentRow)
	}
	m.empty(2)
	m.query(n, verdictRow)
	m.query(n, verdictRow)
	m.note(1)
	m.logged(1)

	m.opened("commit", 1, 10*rowMs)
	m.get(1)
	for range 3 { // verdicts, findings, and verdicts for what is settled
		m.query(n, verdictRow)
	}
	m.note(1)
	m.query(kinds, 200)
	m.transact(kinds)
	m.logged(1)

	objects := m.objects()
	m.invoked("seal", 1, objects/deletedAtOnce*500+10*rowMs)
	m.get(1)
	m.put(2)
	m.s3("ListObjectsV2", math.Floor(objects/deletedAtOnce)+2)
	m.s3("DeleteObjects", math.Ceil(objects/deletedAtOnce))
	m.get(1)
	m.note(2 * math.Ceil(objects/deletedAtOnce)) // how far it is, and the run
	m.logged(1)

	m.invoked("report", 1, rowsMs+documents*2*rowMs)
	m.s3("GetObject", 1) // the plan
	m.get(3)             // the run, what the help desks said, the gate
	m.empty(1)
	m.query(n, verdictRow)
	m.query(n, verdictRow)
	m.query(4*n, bundleRow)
	m.query(4*n, 200) // heads
	m.s3("PutObject", documents)
	m.logged(1)

	m.invoked("finish", 1, 10*rowMs)
	m.get(2)
	m.query(m.w.loaded(), 200) // how far behind the cursors are
	m.note(1)
	m.rows("UpdateItem", 1, 1, 0)
	m.logged(1)
}

// objects is how many the run stages.
func (m *model) objects() float64 { return 2*m.w.segments() + m.w.files() + m.phases() + 2 }

// stored is what lies in staging until the seal, in the time that the target
// takes.
func (m *model) stored() {
	bytes := m.w.files()*float64(m.w.AttachmentBytes) + 2*m.w.text()/ratio
	m.t.add("s3.ByteHours", bytes*m.w.Hours())
}

// Hours is how long the run takes: as long as the target needs for its requests,
// or as long as they take by themselves, side by side.
func (w Workload) Hours() float64 {
	w = w.withDefaults()
	requests := w.Writes() + w.Reads()
	if w.PerMinute > 0 {
		return requests / float64(w.PerMinute) / 60
	}
	return requests * float64(w.AnswerMs) / inFlight / float64(w.environments()) / 3_600_000
}
