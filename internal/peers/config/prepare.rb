# What an administrator sets up in Redmine before a migration, and what the
# sample accounts need.
load File.join(__dir__, 'redmine.ru')

Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?

{ rest_api_enabled: '1', text_formatting: 'common_mark', attachment_max_size: '51200', default_language: 'en',
  cross_project_issue_relations: '1', parent_issue_priority: 'independent', parent_issue_dates: 'independent',
  parent_issue_done_ratio: 'independent', mail_from: 'redmine@peer.example.org',
  host_name: '127.0.0.1' }.each { |name, value| Setting[name] = value }

admin = User.find_by!(login: 'admin')
admin.update_columns(must_change_passwd: false, mail_notification: 'none')
Token.where(user_id: admin.id, action: 'api').delete_all
Token.create!(user: admin, action: 'api').update_columns(value: ENV.fetch('SAFECONDUCT_PEER_SECRET'))

def field(type, attributes)
  type.find_by(name: attributes[:name]) || type.create!(attributes)
end

everywhere = { is_for_all: true, is_filter: true, visible: true, trackers: Tracker.all.to_a }
field(IssueCustomField, everywhere.merge(name: 'Safeconduct', field_format: 'string'))
field(UserCustomField, name: 'Safeconduct', field_format: 'string', is_filter: true, editable: false)
field(ProjectCustomField, name: 'Safeconduct', field_format: 'string', is_filter: true, visible: true)

products = %w[Contracts Devices Furniture Invoices Network Orders Payments Portal Printers Privacy Scanners Supplies]
field(IssueCustomField, everywhere.merge(name: 'Product', field_format: 'list', possible_values: products))
field(IssueCustomField, everywhere.merge(name: 'Produkt', field_format: 'list', possible_values: ['Drucker', 'Büro-PC']))
field(IssueCustomField, everywhere.merge(name: 'Contract number', field_format: 'string'))
field(IssueCustomField, everywhere.merge(name: 'Old number', field_format: 'string'))
field(IssueCustomField, everywhere.merge(name: 'Tags', field_format: 'string'))

Project.find_by(identifier: 'help-desk') || Project.create!(name: 'Help desk', identifier: 'help-desk', is_public: false,
  trackers: Tracker.all.to_a)
