package evidence

// Full, Reports and Ref let the tests that render from outside use the samples.
var (
	Full    = full
	Reports = reports
	Ref     = ref
)
