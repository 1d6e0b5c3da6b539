// Package infra reads template.yaml and the stacks below it as CloudFormation
// would, and answers what they grant: [Load] gives a [System], [System.Decide]
// says whether a function may make a call, and by which statement.
//
// It evaluates policies as IAM does within one account: a statement that denies
// wins; a key's policy decides alone who uses the key, for it delegates no use of
// it to IAM (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
// What it does not know, a function of CloudFormation, an operator of a condition,
// it refuses, so that nothing passes because it was not understood.
package infra
