package api

import "time"

// Shortly is when to ask again for what is over soon.
const Shortly = 5 * time.Second

// Refusals that every runtime has reason for.
var (
	ErrNothingToResume = &Refusal{Kind: ErrConflict, Code: "nothing-to-resume", Say: "There is no run to resume.", Next: "Start one."}
	ErrDoesNotWait     = &Refusal{Kind: ErrConflict, Code: "does-not-wait", Say: "The run does not wait for an approval.", Next: "Look at its status."}
	ErrNothingToClose  = &Refusal{Kind: ErrConflict, Code: "nothing-to-close", Say: "The migration never had a run.", Next: "There is nothing to destroy."}
	ErrDecided         = &Refusal{Kind: ErrConflict, Code: "decided", Say: "Somebody has decided otherwise already.", Next: "Look at its status."}
)

// UnderWay refuses what can't be done beside a run of the migration.
func UnderWay(migration string) *Refusal {
	return &Refusal{Kind: ErrConflict, Code: "run-under-way", Say: "A run is under way.",
		Next: "Watch it: GET /v1/migrations/" + migration + ". Start another when it has ended.", After: Shortly}
}

// Unfinished refuses another run while one can go on; say tells which.
func Unfinished(say string) *Refusal {
	return &Refusal{Kind: ErrConflict, Code: "run-unfinished", Say: say + ".", Next: "Resume it, or give it up with new_run."}
}

// Closed refuses what a migration that was closed can't do any more; say tells when.
func Closed(say string) *Refusal {
	return &Refusal{Kind: ErrConflict, Code: "migration-closed", Say: say + ".", Next: "To move the source again, give the plan another migration name: every record would come a second time."}
}

// BadPlan refuses a plan that does not work, with what is wrong.
func BadPlan(err error) *Refusal {
	return &Refusal{Kind: ErrInvalid, Code: "plan", Say: "The plan does not work: " + err.Error() + ".", Next: "Correct it and send it again."}
}

// OnlyADemo refuses for a demo what is for its migration; next says what to do.
func OnlyADemo(migration, next string) *Refusal {
	return &Refusal{Kind: ErrInvalid, Code: "demo", Say: migration + " is a demo.", Next: next + "."}
}
