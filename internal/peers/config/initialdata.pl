# What an administrator sets up in Request Tracker before a migration, and what
# the sample accounts need.
use utf8;

my @products = qw(Contracts Devices Furniture Invoices Network Orders Payments Portal Printers Privacy Scanners Supplies);
my $n = 0;

our @Groups = ({ Name => 'Agents', Description => 'people who work on tickets' },
    { Name => 'Movers', Description => 'accounts that move tickets, while they do' });

our @CustomFields = (
    (map { { Name => 'Safeconduct', Type => 'FreeformSingle', LookupType => $_, Description => 'marker of the migration' } }
        qw(RT::Queue-RT::Ticket RT::User RT::Queue RT::Class-RT::Article)),
    { Name => 'Product', Type => 'SelectSingle', LookupType => 'RT::Queue-RT::Ticket',
      Values => [ map { { Name => $_, SortOrder => $n++ } } @products ] },
    { Name => 'Produkt', Type => 'SelectSingle', LookupType => 'RT::Queue-RT::Ticket',
      Values => [ map { { Name => $_, SortOrder => $n++ } } 'Drucker', 'Büro-PC' ] },
    { Name => 'Contract number', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket' },
    { Name => 'Old number', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket' },
    { Name => 'Tags', Type => 'FreeformMultiple', LookupType => 'RT::Queue-RT::Ticket' },
);

our @ACL = map { { GroupDomain => 'UserDefined', GroupId => 'Agents', Right => $_ } }
    qw(OwnTicket ShowTicket ModifyTicket SeeQueue CommentOnTicket ReplyToTicket ShowTicketComments CreateTicket
       SeeCustomField ModifyCustomField TakeTicket StealTicket Watch);
push @ACL, map { { GroupDomain => 'SystemInternal', GroupType => 'Everyone', Right => $_ } }
    qw(CreateTicket ReplyToTicket CommentOnTicket SeeQueue);
push @ACL, { GroupDomain => 'UserDefined', GroupId => 'Movers', Right => 'SuperUser' };

our @Final = (sub {
    my %empty = ('RT::Queue-RT::Ticket' => 'RT::Queue', 'RT::User' => 'RT::User', 'RT::Queue' => 'RT::Queue',
        'RT::Class-RT::Article' => 'RT::Class');
    my $fields = RT::CustomFields->new(RT->SystemUser);
    $fields->UnLimit;
    while (my $field = $fields->Next) {
        my $class = $empty{ $field->LookupType } or next;
        my ($ok, $why) = $field->AddToObject($class->new(RT->SystemUser)); # an object without an id: globally
        print $field->LookupType, ' ', $field->Name, ": $why\n" unless $ok;
    }
    my $root = RT::User->new(RT->SystemUser);
    $root->Load('root');
    my ($ok, $why) = $root->SetPassword($ENV{SAFECONDUCT_PEER_SECRET});
    print "password: $why\n" unless $ok;
});
1;
