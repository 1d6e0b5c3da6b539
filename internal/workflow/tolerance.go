package workflow

// A tolerance is how many items of a distributed Map may fail: none, unless the
// definition allows a number or a share of them.
// https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html
type tolerance struct {
	count      *setting
	percentage *setting
}

func (p *parser) tolerance(f *fields) tolerance {
	return tolerance{
		count: f.wholeSetting("ToleratedFailureCount", 0, longestTimeout),
		percentage: f.setting("ToleratedFailurePercentage", func() any {
			v := f.left["ToleratedFailurePercentage"]
			f.float("ToleratedFailurePercentage", 0, 100, 0)
			return v
		}),
	}
}

// limit is a tolerance with its numbers.
type limit struct {
	count      int64   // -1: not given
	percentage float64 // -1: not given
}

func (t tolerance) limit(v *visit) (limit, error) {
	l := limit{count: -1, percentage: -1}
	var err error
	if t.count != nil {
		if l.count, err = t.count.whole(v.see(v.effective)); err == nil && l.count < 0 {
			err = runtimeFailure("ToleratedFailureCount cannot be negative.")
		}
	}
	if t.percentage != nil && err == nil {
		if l.percentage, err = t.percentage.float(v.see(v.effective)); err == nil && (l.percentage < 0 || l.percentage > 100) {
			err = runtimeFailure("ToleratedFailurePercentage must be between 0 and 100.")
		}
	}
	return l, err
}

// exceeded: with both limits given, passing either is too much.
func (l limit) exceeded(failed, total int) bool {
	if l.count < 0 && l.percentage < 0 {
		return failed > 0
	}
	return l.count >= 0 && int64(failed) > l.count ||
		l.percentage >= 0 && float64(failed)*100 > l.percentage*float64(total)
}
