package workflow

// An Event is something that happened in an execution, for showing progress. Its
// types are those of a Step Functions history (TaskStateEntered, MapRunStarted, …)
// and three of our own: StateRetried, StateCaught and MapProgress.
//
// It carries names and counts, never state data.
type Event struct {
	Type  string
	Path  string // the state or item, as in the journal: Load[12]/Write
	State string // the state's name
	Error string // its error name, if something failed
	Index int    // of a Map state's item

	// Child is true inside a distributed Map, whose items are executions of their
	// own: AWS does not list their events in the history of the parent.
	Child bool

	// Progress is set by MapStateStarted and MapProgress.
	Progress Progress

	// data is the state's input or output, for comparing with recorded histories.
	// It is a function because package fmt prints what unexported fields hold.
	data func() any
}

func holding(data any) func() any { return func() any { return data } }

// Progress counts the items of a Map state.
type Progress struct{ Total, Succeeded, Failed int }

// The event types that are not in a Step Functions history.
const (
	EventRetried     = "StateRetried"
	EventCaught      = "StateCaught"
	EventMapProgress = "MapProgress"
)

// emit passes an event on. Observers are called one event at a time.
func (r *run) emit(e Event) {
	if r.x.Observe == nil {
		return
	}
	r.observing.Lock()
	defer r.observing.Unlock()
	r.x.Observe(e)
}

// emit fills in where the visit stands.
func (v *visit) emit(e Event) {
	e.Path, e.State, e.Child = v.path(), v.state.name, v.thread.child
	v.thread.run.emit(e)
}
