# Request Tracker as a peer of the live tests. The folder and the ports come from
# the environment of the server; nothing below /etc is read or changed.
my $folder = $ENV{SAFECONDUCT_PEER};
my $port   = $ENV{SAFECONDUCT_PEER_PORT};

Set($rtname, 'peer.example.org');
Set($Organization, 'peer.example.org');
Set($CorrespondAddress, 'rt@peer.example.org');
Set($CommentAddress, 'rt-comment@peer.example.org');

Set($WebDomain, '127.0.0.1');
Set($WebPort, $port);
Set($WebPath, '');
Set($WebBaseURL, "http://127.0.0.1:$port");
Set($WebURL, "http://127.0.0.1:$port/");
Set($CanonicalizeRedirectURLs, 0);
Set($WebSessionClass, 'Apache::Session::File');
Set(%WebSessionProperties, Directory => "$folder/sessions", LockDirectory => "$folder/sessions", Transaction => 1);

Set($DatabaseType, 'SQLite');
Set($DatabaseName, $ENV{SAFECONDUCT_PEER_DATABASE});
Set($DatabaseHost, '');
Set($DatabaseUser, '');
Set($DatabasePassword, '');

Set($Timezone, 'UTC');
Set($MaxAttachmentSize, 50*1024*1024);

# What RT mails goes to the sink of the tests, or, if none listens, nowhere.
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '/usr/bin/msmtp');
Set($SendmailArguments, "-C $folder/msmtprc -t");
Set($SendmailBounceArguments, '');

Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($LogToFile, undef);
1;
