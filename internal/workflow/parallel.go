package workflow

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// parallel runs its branches side by side; its result is the list of theirs.
// https://states-language.net/spec.html#parallel-state
type parallel struct{ branches []*flow }

func (p *parser) parallel(f *fields) work {
	f.require("Branches")
	s := &parallel{}
	for _, b := range f.objects("Branches") {
		s.branches = append(s.branches, p.flow(b))
		b.done()
	}
	if len(s.branches) == 0 {
		p.invalid(f.at, "field \"Branches\" must list at least one branch")
	}
	return s
}

func (s *parallel) do(ctx context.Context, v *visit, input any) (any, error) {
	v.emit(Event{Type: "ParallelStateStarted"})
	results := make([]any, len(s.branches))
	err := spread(ctx, len(s.branches), len(s.branches), func(ctx context.Context, i int) error {
		var err error
		results[i], err = v.fork(s.branches[i], i).walk(ctx, input)
		return err
	})
	return results, err
}

// spread calls each of n side by side, at most width at a time, until one fails:
// then the others are told by their context, waited for, and the first error is
// returned.
func spread(ctx context.Context, n, width int, each func(ctx context.Context, i int) error) error {
	group, joint := errgroup.WithContext(ctx)
	group.SetLimit(max(width, 1))
	for i := range n {
		if joint.Err() != nil {
			break
		}
		group.Go(func() error { return each(joint, i) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
