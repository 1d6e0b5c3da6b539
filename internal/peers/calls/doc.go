// Package calls stands between functions and an emulator of AWS and records who
// called what:
//
//	r := calls.Start(emulator.URL)
//	defer r.Close()
//	// functions run with AWS_ENDPOINT_URL = r.URL
//	for _, c := range r.Calls() { … }
//
// A function is known by the application id that it puts into its User-Agent. A
// call is told as a policy would: actions, resources and the values of condition
// keys. Bodies are read for that and never kept. What a test must not find in
// them it gives as needles; each body that holds one is counted.
package calls
