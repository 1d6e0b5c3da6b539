package cost_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

func TestARunOnOneMachineTookNothingOfAWS(t *testing.T) {
	taken := cost.Sum([]ledger.Usage{{Step: "extract", Records: 100, Bytes: 9}, {Step: "load/tickets", Records: 90, Calls: cost.Calls{"desk.Request": 7, "internet.Bytes": 900}}})
	if taken.Deployed() || taken.Requests != 7 || taken.Records["extract"] != 100 || taken.Records["load/tickets"] != 90 {
		t.Errorf("took %+v, want 100 records read, 90 loaded, 7 requests and no call of AWS", taken)
	}
}

// TestWhatWasCountedIsBilledWithWhatNoStepCanCount: the invocations, the states
// around them and what a run does once stand in no row.
func TestWhatWasCountedIsBilledWithWhatNoStepCanCount(t *testing.T) {
	one := ledger.Usage{Step: "load/tickets", Segment: "ticket-000001", Records: 100, Ms: 9000, Calls: cost.Calls{"dynamodb.WriteUnits": 200, "s3.GetObject": 70}}
	open := ledger.Usage{Step: "load/tickets", Segment: "ticket-000001", Open: true, Ms: 1000, Calls: cost.Calls{"dynamodb.WriteUnits": 10}}
	without, with := cost.Sum([]ledger.Usage{one}), cost.Sum([]ledger.Usage{one, open})
	for name, want := range (cost.Calls{"dynamodb.WriteUnits": 10, "lambda.Invocations": 1, "lambda.MegabyteMs": 256_000, "states.Transitions": 3}) {
		if got := with.Calls[name] - without.Calls[name]; got != want {
			t.Errorf("an invocation that is called again adds %d of %s, want %d", got, name, want)
		}
	}
	if bill := cost.Prices().Bill(with.Calls); len(bill.Unpriced) > 0 || bill.USD <= 0 {
		t.Errorf("the bill is %+v", bill)
	}
	if got := with.Calls.Of("s3", "GetObject"); got <= 70 {
		t.Errorf("%d objects were read; 70 were counted, and a run reads manifests and plans besides", got)
	}
}

func TestAnUnknownCallIsNamedAndNotForgotten(t *testing.T) {
	bill := cost.Prices().Bill(cost.Calls{"s3.PutObject": 1, "sns.Publish": 3, "dynamodb.UpdateItem": 5})
	if len(bill.Unpriced) != 1 || bill.Unpriced[0] != "sns.Publish" {
		t.Errorf("no price is known for %v, want sns.Publish alone", bill.Unpriced)
	}
}

func TestIdleCostsWhatWasPromised(t *testing.T) {
	if usd := cost.Prices().Idle(cost.Deployed).USD; usd > 5 {
		t.Errorf("idle costs $%.2f a month, promised were 5", usd)
	}
}

func TestCompareTellsWhatIsOffByMoreThanAllowed(t *testing.T) {
	off := cost.Compare(cost.Calls{"s3.PutObject": 104, "kms.Decrypt": 110, "s3.GetObject": 1}, cost.Calls{"s3.PutObject": 100, "kms.Decrypt": 100}, 0.05)
	if len(off) != 2 || off[0].Call != "kms.Decrypt" || off[1].Call != "s3.GetObject" {
		t.Errorf("off are %v, want kms.Decrypt and s3.GetObject", off)
	}
}
