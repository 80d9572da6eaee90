"""Accounts in the back office: who may come in, and who may come in here."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.models import User

# The same door as everywhere: a code by email, and no password.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"]
    readonly_fields = ["email", "date_joined", "last_login"]

    def has_add_permission(self, request):
        """Accounts begin by signing in."""
        return False

    def has_delete_permission(self, request, obj=None):
        """People leave by themselves; an account that does harm is made inactive."""
        return False
