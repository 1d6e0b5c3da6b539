package workflow

import (
	"context"
	"strings"
)

// mapState runs a flow for each item of an array: inline, as part of the execution,
// or distributed, where each item is an execution of its own that may fail
// without failing the Map state.
// https://states-language.net/spec.html#map-state
type mapState struct {
	flow        *flow
	distributed bool
	items       *path     // ItemsPath
	selector    *template // ItemSelector, or Parameters in older definitions
	width       *setting  // MaxConcurrency

	reader    *itemReader
	writer    *resultWriter
	tolerance tolerance
	label     string
}

func (p *parser) mapState(s *state, f *fields) work {
	f.oneOf("ItemProcessor", "Iterator")
	f.atMostOneOf("ItemSelector", "Parameters")
	m := &mapState{
		items:    whole,
		selector: f.template("ItemSelector"),
		width:    f.wholeSetting("MaxConcurrency", 0, longestTimeout),
	}
	if m.selector == nil {
		m.selector = f.template("Parameters")
	}
	if items := f.reference("ItemsPath"); items != nil {
		m.items = items
	}
	for _, name := range []string{"ItemProcessor", "Iterator"} {
		if processor := f.object(name); processor != nil {
			m.distributed = p.processorConfig(processor)
			m.flow = p.flow(processor)
			processor.done()
		}
	}
	p.distribution(m, s, f)
	return m
}

func (p *parser) processorConfig(f *fields) (distributed bool) {
	c := f.object("ProcessorConfig")
	if c == nil {
		return false
	}
	defer c.done()
	switch mode := c.text("Mode"); mode {
	case "", "INLINE":
		return false
	case "DISTRIBUTED":
		p.executionType(c)
	default:
		p.invalid(c.at+"/Mode", "there is no mode %q", mode)
	}
	return true
}

// executionType refuses Express items: on AWS they end after five minutes, here
// they would not.
func (p *parser) executionType(c *fields) {
	c.require("ExecutionType")
	if kind := c.text("ExecutionType"); kind != "STANDARD" {
		p.refuse(c.at+"/ExecutionType", "the execution type %q", kind)
	}
}

// distribution reads the fields that only a distributed Map has.
func (p *parser) distribution(m *mapState, s *state, f *fields) {
	for _, name := range []string{"ItemReader", "ResultWriter", "Label", "ToleratedFailureCount", "ToleratedFailureCountPath",
		"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"} {
		if f.has(name) && !m.distributed {
			p.invalid(f.at+"/"+name, "field %q is for a distributed Map", name)
		}
	}
	m.reader = p.itemReader(f)
	m.writer = p.resultWriter(f)
	m.tolerance = p.tolerance(f)
	if m.label = f.text("Label"); m.label == "" {
		m.label = s.name
		return
	}
	p.checkLabel(f.at+"/Label", m.label)
}

// checkLabel holds AWS's rule: a label becomes part of an ARN.
func (p *parser) checkLabel(at, label string) {
	bad := func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune("?*<>{}[]\"#%\\^|~`$&,;:/", c) }
	if strings.ContainsFunc(label, bad) {
		p.invalid(at, "a label has no white space and none of ? * < > { } [ ] \" # %% \\ ^ | ~ ` $ & , ; : /")
	}
	if len(label) > 40 {
		p.invalid(at, "a label has at most 40 characters")
	}
}

// widest is how many items run side by side when MaxConcurrency is 0. AWS has 40
// for an inline Map and 10,000 for a distributed one; a laptop has not.
const widest = 40

func (m *mapState) do(ctx context.Context, v *visit, input any) (any, error) {
	width, err := m.concurrency(v)
	if err != nil {
		return nil, err
	}
	if m.distributed {
		return m.runDistributed(ctx, v, width)
	}
	items, err := m.arrayIn(v)
	if err != nil {
		return nil, err
	}
	v.emit(Event{Type: "MapStateStarted", Progress: Progress{Total: len(items)}})
	results, err := m.runInline(ctx, v, items, width)
	if err != nil {
		return nil, err
	}
	v.emit(Event{Type: "MapStateSucceeded"})
	return results, nil
}

func (m *mapState) concurrency(v *visit) (int, error) {
	if m.width == nil {
		return widest, nil
	}
	n, err := m.width.whole(v.see(v.effective))
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, runtimeFailure("MaxConcurrency cannot be negative.")
	case n == 0:
		return widest, nil
	}
	return int(n), nil
}

// arrayIn finds the items in the state's input.
func (m *mapState) arrayIn(v *visit) ([]any, error) {
	value, err := m.items.eval(v.see(v.effective))
	if err != nil {
		return nil, err
	}
	items, ok := value.([]any)
	if !ok {
		return nil, runtimeFailure("Reference path \"%s\" must point to array.", m.items.text)
	}
	return items, nil
}

// runInline stops at the first item that fails.
func (m *mapState) runInline(ctx context.Context, v *visit, items []any, width int) (any, error) {
	results := make([]any, len(items))
	err := spread(ctx, len(items), width, func(ctx context.Context, i int) error {
		output, err := m.runItem(ctx, v, i, items[i])
		results[i] = output
		return err
	})
	return results, err
}

func (m *mapState) runItem(ctx context.Context, v *visit, i int, item any) (any, error) {
	t := v.fork(m.flow, i)
	t.item = &mapItem{index: i, value: item}
	if t.past.ended {
		return decode(t.past.data)
	}
	input, err := m.itemInput(v, i, item)
	if err != nil {
		return nil, err
	}
	v.emit(Event{Type: "MapIterationStarted", Index: i})
	output, err := t.walk(ctx, input)
	outcome := "Succeeded"
	switch {
	case err != nil && ctx.Err() != nil:
		outcome = "Aborted"
	case err != nil:
		outcome = "Failed"
	}
	v.emit(Event{Type: "MapIteration" + outcome, Index: i})
	return output, err
}

// itemInput applies the ItemSelector, which sees the Map state's input and, in
// the context object, the item.
func (m *mapState) itemInput(v *visit, i int, item any) (any, error) {
	input := item
	if m.selector != nil {
		at := *v.thread
		at.item = &mapItem{index: i, value: item}
		inItem := *v
		inItem.thread = &at
		var err error
		if input, err = m.selector.eval(inItem.see(v.effective)); err != nil {
			return nil, err
		}
	}
	if len(encode(input)) > payloadLimit {
		return nil, v.tooLarge()
	}
	return input, nil
}
