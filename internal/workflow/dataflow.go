package workflow

import "context"

// attempt runs the state's data flow once.
// https://states-language.net/spec.html#filters
func (v *visit) attempt(ctx context.Context) (any, error) {
	input, err := v.input()
	if err != nil {
		return nil, err
	}
	result, err := v.state.work.do(ctx, v, input)
	if err != nil {
		return nil, err
	}
	return v.output(result)
}

// input applies InputPath and Parameters.
func (v *visit) input() (any, error) {
	s := v.state
	v.prepareToken()
	var err error
	if v.effective, err = v.filter(s.input, v.raw); err != nil {
		return nil, err
	}
	if s.parameters == nil {
		return v.effective, nil
	}
	input, err := s.parameters.eval(v.see(v.effective))
	if err == nil && len(encode(input)) > payloadLimit {
		err = v.tooLarge()
	}
	return input, err
}

// output applies ResultSelector, ResultPath and OutputPath.
func (v *visit) output(result any) (any, error) {
	s := v.state
	if s.resultSelector != nil {
		var err error
		if result, err = s.resultSelector.eval(v.see(result)); err != nil {
			return nil, err
		}
	}
	output, err := v.place(s.resultPath, result)
	if err != nil {
		return nil, err
	}
	return v.filter(s.output, output)
}

// filter applies InputPath or OutputPath; null leaves {}.
func (v *visit) filter(p *path, data any) (any, error) {
	if p == nil {
		return map[string]any{}, nil
	}
	return p.eval(v.see(data))
}

// place puts a result into the state's input; ResultPath null throws it away.
func (v *visit) place(p *path, result any) (any, error) {
	if v.isRouting() {
		return result, nil
	}
	if p == nil {
		return v.raw, nil
	}
	output, ok := p.set(v.raw, result)
	if !ok {
		return nil, failure(errResultPath, "The ResultPath '%s' cannot be applied to the input.", p.text)
	}
	return output, nil
}

// isRouting is true of states that have no result.
func (v *visit) isRouting() bool {
	switch v.state.kind {
	case "Choice", "Wait", "Succeed":
		return true
	}
	return false
}

// payloadLimit is the most a state may take in or hand on, in bytes of JSON.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const payloadLimit = 256 * 1024

// tooLarge ends the execution: the documentation calls it a terminal error. Only
// a task that returned too much can be caught.
func (v *visit) tooLarge() *Failure {
	return &Failure{Name: errDataLimit, fatal: true,
		Cause: "The state's input or output exceeds the maximum number of bytes service limit."}
}
