package usage_test

import (
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/internal/usage"
)

func TestEveryGoroutineOfAnInvocationCounts(t *testing.T) {
	ctx, counter := usage.With(t.Context())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				usage.Count(ctx, "s3", "PutObject", 1)
			}
		})
	}
	all.Wait()
	usage.Count(ctx, usage.DynamoDB, usage.WriteUnits, 4)
	got := counter.Counts()
	if got.Of("s3", "PutObject") != 800 || got.Of(usage.DynamoDB, usage.WriteUnits) != 4 {
		t.Errorf("counted %v, want 800 puts and 4 units", got)
	}
	if sum := got.Plus(usage.Counts{"s3.PutObject": 1}); sum.Of("s3", "PutObject") != 801 || got.Of("s3", "PutObject") != 800 {
		t.Errorf("the sum is %v, and what was added to %v", sum, got)
	}
}

func TestWhatIsTakenIsTakenOnce(t *testing.T) {
	ctx, counter := usage.With(t.Context())
	inner, _ := usage.With(ctx) // whoever starts one more shares it
	usage.Count(inner, "s3", "PutObject", 3)
	first, _ := counter.Take()
	usage.Count(ctx, "s3", "PutObject", 2)
	second, _ := counter.Take()
	third, _ := counter.Take()
	if first.Of("s3", "PutObject") != 3 || second.Of("s3", "PutObject") != 2 || len(third) > 0 {
		t.Errorf("took %v, %v and %v, want 3, 2 and nothing", first, second, third)
	}
}

func TestWithoutACounterNothingIsCounted(t *testing.T) {
	usage.Count(t.Context(), "s3", "PutObject", 1)
	if c := usage.From(t.Context()); len(c.Counts()) > 0 || c.Elapsed() != 0 {
		t.Errorf("counted %v in %v, with no counter", c.Counts(), c.Elapsed())
	}
}
