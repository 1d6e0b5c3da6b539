package workflow

import "context"

// work is what a kind of state does between its input and its output. It gets
// the effective input: after InputPath and, where the state has them, Parameters.
type work interface {
	do(ctx context.Context, v *visit, input any) (any, error)
}

// state reads one state: what goes in and comes out, who handles failures, what
// is done, what follows.
func (p *parser) state(name string, f *fields) *state {
	s := &state{name: name, kind: f.text("Type"), at: f.at, input: whole, output: whole, resultPath: whole}
	f.comment()
	if !p.queryLanguage(f) {
		return s
	}
	switch s.kind {
	case "Pass", "Task", "Parallel", "Map":
		p.dataFlow(s, f)
	case "Choice", "Wait", "Succeed":
		p.paths(s, f)
	}
	switch s.kind {
	case "Task", "Parallel", "Map":
		p.handlers(s, f)
	}
	if s.work = p.work(s, f); s.work == nil {
		p.invalid(f.at, "there is no state of type %q", s.kind)
		return s
	}
	p.transition(s, f)
	f.done()
	return s
}

// work reads the fields that only one kind of state has.
func (p *parser) work(s *state, f *fields) work {
	switch s.kind {
	case "Pass":
		return p.pass(f)
	case "Task":
		return p.task(s, f)
	case "Parallel":
		return p.parallel(f)
	case "Map":
		return p.mapState(s, f)
	case "Choice":
		return p.choice(f)
	case "Wait":
		return p.wait(f)
	case "Succeed":
		return succeed{}
	case "Fail":
		return p.fail(f)
	}
	return nil
}

// transition reads Next and End, of which most kinds of state have exactly one.
func (p *parser) transition(s *state, f *fields) {
	if s.kind == "Choice" || s.kind == "Succeed" || s.kind == "Fail" {
		return
	}
	s.next = f.text("Next")
	if end := f.flag("End"); end == (s.next != "") {
		p.invalid(f.at, "exactly one of Next and End is required")
	}
}

var whole = &path{text: "$"}

// paths reads InputPath and OutputPath.
func (p *parser) paths(s *state, f *fields) {
	s.input = f.pathOrNull("InputPath")
	s.output = f.pathOrNull("OutputPath")
}

// dataFlow reads the fields that shape input and result. Map reads Parameters
// itself: there they mean something else.
func (p *parser) dataFlow(s *state, f *fields) {
	p.paths(s, f)
	if s.kind != "Map" {
		s.parameters = f.template("Parameters")
	}
	if s.kind != "Pass" {
		s.resultSelector = f.template("ResultSelector")
	}
	s.resultPath = p.resultPath(f)
}

func (p *parser) resultPath(f *fields) *path {
	result := f.pathOrNull("ResultPath")
	if result != nil && (result.context || !result.isReference()) {
		p.invalid(f.at+"/ResultPath", "%q is no Reference Path into the input", result.text)
	}
	return result
}

// pass hands its input on, or a fixed result.
type pass struct {
	result any
	fixed  bool
}

func (p *parser) pass(f *fields) work {
	result, ok := f.take("Result")
	return pass{result: result, fixed: ok}
}

func (s pass) do(_ context.Context, _ *visit, input any) (any, error) {
	if s.fixed {
		return s.result, nil
	}
	return input, nil
}

// succeed ends its flow well.
type succeed struct{}

func (succeed) do(_ context.Context, _ *visit, input any) (any, error) { return input, nil }

// fail ends its flow with a failure of its own.
type fail struct{ err, cause *setting }

func (p *parser) fail(f *fields) work {
	return fail{err: f.textSetting("Error"), cause: f.textSetting("Cause")}
}

func (s fail) do(_ context.Context, v *visit, input any) (any, error) {
	name, err := s.err.text(v.see(input))
	if err != nil {
		return nil, err
	}
	cause, err := s.cause.text(v.see(input))
	if err != nil {
		return nil, err
	}
	return nil, &Failure{Name: name, Cause: cause}
}
